# What the pages say in English. nl.ftl has the same keys and variables.

## The frame of every page

skip-to-content = Skip to the content
languages = Language
account = Your account
sign-out = Sign out

## Signing in

sign-in-title = Sign in
sign-in-intro = Sign in to go on.
sign-in-email = E-mail address
sign-in-password = Password
sign-in-button = Sign in
sign-in-failed = The e-mail address or the password is wrong. Check both and try again.
sign-in-too-many = Too many sign-ins have failed. Wait a minute, then try again.
problem = There is a problem

## Your account

account-title = Your account
account-name = Name
account-email = E-mail address
apps-title = Apps that act for you
apps-none = No app acts for you.
apps-intro = What you withdraw ends at once: the app can do nothing in your name any more.
apps-since = Since
apps-withdraw = Withdraw
apps-withdraw-of = Withdraw what { $app } may do in { $organization }
apps-withdrawn = Withdrawn. The app can do nothing in your name any more.
sessions-title = Where you are signed in
sessions-intro = You do not recognise one of these sessions? End it, and ask your administrator for a new password.
session-browser = Browser
session-api = Program, through the API
session-this = this session
session-seen = Last active
session-began = Signed in
session-address = From
session-unknown = unknown
session-end = End this session
session-end-of = End this session: { $device }
sessions-end-others = Sign out everywhere else
session-ended = The session has ended.
sessions-others-ended = All your other sessions have ended.

## When something does not work

error-title = That did not work
error-bad-request = The request is incomplete or cannot be read. Go back and try again.
error-cross-site = This form was not sent from a page of ours, so nothing was done. Open the page here and try again.
error-stale-form = This form belongs to another session, so nothing was done. Reload the page and try again.
error-too-large = That is more than fits in this form.
error-not-found = There is nothing here.
error-unavailable = We cannot do this right now. Try again in a moment.
error-internal = Something went wrong on our side.
error-request-id = If you ask for help, mention this number:
error-back = Go to your account

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

## What an app can do, by scope

resource-accounts = Accounts
resource-orders = Orders
resource-vehicles = Vehicles
resource-staff = Staff
resource-equipment = Equipment
resource-planning = Planning
resource-invoices = Invoices
scope-accounts-read = See customers, suppliers and carriers
scope-accounts-write = Add customers, suppliers and carriers, and change them
scope-orders-read = See transport orders and their stops
scope-orders-write = Add transport orders, and change them
scope-vehicles-read = See vehicles
scope-vehicles-write = Add vehicles, and change them
scope-staff-read = See drivers and other staff
scope-equipment-read = See trailers, containers and other equipment
scope-planning-read = See the planning of trips
scope-invoices-read = See invoices
scope-invoices-write = Add invoices, and change them

## Dates

date = { $day } { $month ->
    [m1] January
    [m2] February
    [m3] March
    [m4] April
    [m5] May
    [m6] June
    [m7] July
    [m8] August
    [m9] September
    [m10] October
    [m11] November
   *[m12] December
} { $year }
