
## Apps

app-list-intro = Programs of others that may use your data: what each may do, and when it last did.
app-list-new = New app
app-list-none = No apps yet
app-list-none-what = An app is a program, such as an ERP or a BI tool, that gets tokens here and calls the API with them.
app-list-ask = An owner or admin can register one.
app-list-filter = Find an app
app-list-created = Registered on
app-list-created-by = Registered by { $name } on
app-list-scopes = { $count ->
    [1] 1 scope
   *[other] { $count } scopes
}
app-used = Used
app-never-used = Never used
app-public = Public client
app-active = Active
app-revoked = Revoked
app-back = Back to the app
app-edit = Edit
app-tabs = About this app
app-tab-overview = Overview
app-tab-history = History
app-tab-consents = Consents
app-details = Details
app-client-id = Client ID
app-id = App ID
app-registered = Registered
app-changed = Last changed
app-last-used = Last used
app-long = long
app-refresh-always = The secret is asked for every time.
app-refresh-when-rotated = The secret is asked for once it has been rotated.
app-every-branch = Every branch, also those that open later.
app-abilities = What it may do
app-secrets = Secrets
redirect-application = an application on the user's device
redirect-loopback = a program on the user's computer, on any port
branch-closed = closed
lifetime-unlimited = Unlimited: until somebody cuts it off
lifetime-hour = 1 hour
lifetime-day = 1 day
lifetime-years = 20 years
lifetime-minutes = { $count ->
    [1] 1 minute
   *[other] { $count } minutes
}
lifetime-warning = A token of this app works for { $lifetime }. Whoever finds one can use it that long. Prefer an hour: programs fetch new ones by themselves.
lifetime-warning-unlimited = Tokens of this app never expire. Whoever finds one can use it until somebody cuts it off. Prefer an hour: programs fetch new ones by themselves.
done-registered = Registered. A public client has no secret: it proves itself with PKCE.
done-registered-before = This form had registered the app already. Its secret was shown then; if it was not stored, rotate it.
done-changed = Saved.
done-overlap-ended = The overlap has ended. Only the newest secret works.
done-revoked = Revoked. The app gets no new tokens.
done-cut-off = Revoked, and every token of the app has stopped working.
done-reactivated = Active again. The app can get tokens.

## A secret that was just made

secret = Client secret
secret-title = Store this secret now
secret-once = It is shown this once.
secret-lost = We keep only a fingerprint of it. If it gets lost, rotate it: that makes a new one.
secret-of = Credentials of { $app }
secret-stored = I have stored it
secret-old-works = The old secret, ending in { $last4 }, works until
secret-old-overlap = Switch your program to the new one before that.
secret-old-stopped = The old secret, ending in { $last4 }, has stopped working.
secret-made = Made
secret-ends = Stops working
secret-overlap = replaced
secret-end-now = End it now
secret-end-now-what = Stops the secret that ends in { $last4 } at once.

## The first calls

quick-title = Quick start
quick-intro = Paste these into a shell. The secret is in
quick-token = 1. Get a token
quick-call = 2. Make the first call
quick-introspect = 3. Ask what the token is worth
quick-nothing = For a first call the app needs a scope that reads, and an open branch.
quick-authorize = Send the user's browser here, with a state and a PKCE challenge of your own:
quick-guide = How to go on: guide for integrators
quick-reference = All calls and fields: API reference
