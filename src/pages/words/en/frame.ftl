# What the pages say in English. The files of nl have the same keys and variables.

## The frame of every page

skip-to-content = Skip to the content
languages = Language
account = Your account
sign-out = Sign out
navigation = Sections
navigation-own = You
themes = Colours
theme-system = As the system
theme-light = Light
theme-dark = Dark
demo = Demo
demo-says = Everything here is invented. The passwords are in demo.env, in the data directory.
organization-switch = Organization
organization-choose = Choose an organization
copy = Copy
copied = Copied

## Where one is in the dashboard

settings = Settings
operators = This service
section-apps = OAuth apps
section-consents = Consents
section-branches = Branches
section-members = Members
section-events = Audit log
section-reference = API reference
integration = Integration
section-projections = Projections
section-log = The whole log

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

## When something does not work

error-title = That did not work
error-bad-request = The request is incomplete or cannot be read. Go back and try again.
error-cross-site = This form was not sent from a page of ours, so nothing was done. Open the page here and try again.
error-stale-form = This form belongs to another session, so nothing was done. Reload the page and try again.
error-too-large = That is more than fits in this form.
error-not-found = There is nothing here.
error-forbidden = You may look at this and not change it. Owners and admins make changes, only owners change owners, and nobody changes what reaches beyond his or her own branches.
error-not-in-effect = What you did is recorded and will take effect in a moment. Do not do it again: look first. If it made a new secret, that secret is lost; rotate it later.
error-unavailable = We cannot do this right now. Try again in a moment.
error-internal = Something went wrong on our side.
error-request-id = If you ask for help, mention this number:
error-back = Go to the start page
