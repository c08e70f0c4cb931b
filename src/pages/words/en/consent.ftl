## An app asks for access

authorize-unreadable = The app sent you here with a request that cannot be read. Go back to the app and try again.
authorize-unknown-app = The app that sent you here is not known. Nothing was given to it. Tell whoever runs the app that its client_id is not registered.
authorize-revoked-app = The app that sent you here is blocked at the moment. Nothing was given to it. An administrator of its organization can say more.
authorize-redirect-uri = The app wants you to be sent to an address that is not registered for it, so you stay here. Nothing was given to it. Tell whoever runs the app that its redirect_uri is not registered.
authorize-decided = You have answered this request already. If you want to change your answer, start again in the app.
consent-title = Allow { $app }?
consent-intro = { $app } asks to use Routix as { $email }. It would be able to:
consent-writes = can change
consent-homepage = Homepage
consent-registered = Registered
consent-registered-by = by { $organization }, on { $date }
consent-returns = Sends you back to
consent-this-computer = a program on this computer
consent-application = the application that owns “{ $scheme }”
consent-stranger = This app belongs to another organization, { $organization }. Routix has not checked who is behind it. Allow it only if you know it.
consent-local = After this you go back to a program on your own computer or phone. Allow it only if you have just started { $app } yourself.
consent-organization = For organization
consent-which-organization = For which organization?
consent-choose-organization = Choose the organization for which you want to allow this.
consent-nowhere = There is no organization in which you may allow this. To give access that can change something, you need to be more than a viewer there.
consent-withdraw = { $app } reaches only the branches that you can use yourself. You can withdraw this at any time, at “Your account”.
consent-approve = Allow
consent-deny = Do not allow
consent-back = Back to the app
