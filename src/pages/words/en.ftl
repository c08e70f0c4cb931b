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
error-unavailable = We cannot do this right now. Nothing was changed. Try again in a moment.
error-internal = Something went wrong on our side.
error-request-id = If you ask for help, mention this number:
error-back = Go to your account
