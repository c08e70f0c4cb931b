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
sessions-intro = You do not recognise one of these sessions? End it, and change your password.
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

## Another password

password-title = Change the password
password-what = Everybody who is signed in with the old one is signed out, you too.
password-old = Password now
password-new = New password
password-length = 10 to 256 characters. A few words in a row are easier to remember than signs.
password-button = Change the password
password-changed = The password is changed. Sign in with the new one.
