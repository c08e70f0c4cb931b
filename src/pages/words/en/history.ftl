## What was done, behind the name of who did it; the keys and variables of the domain

told-registered = registered the app “{ $name }” with the secret …{ $last4 } and the scopes { $scopes }
told-registered-public = registered the public app “{ $name }” with the scopes { $scopes }
told-renamed = renamed the app from “{ $before }” to “{ $after }”
told-description-set = changed the description
told-description-removed = removed the description
told-homepage-set = set the homepage to { $after }
told-homepage-removed = removed the homepage, which was { $before }
told-details-kept = confirmed name, description and homepage
told-redirect-uris-added = changed the redirect URIs: added { $added }
told-redirect-uris-removed = changed the redirect URIs: removed { $removed }
told-redirect-uris-changed = changed the redirect URIs: added { $added }; removed { $removed }
told-redirect-uris-ordered = put the redirect URIs in another order: { $after }
told-scopes-added = changed the scopes: added { $added }
told-scopes-removed = changed the scopes: removed { $removed }
told-scopes-changed = changed the scopes: added { $added }; removed { $removed }
told-scopes-kept = confirmed the scopes { $after }
told-branches-limited = limited the app to { $after }; before, it reached every branch
told-branches-freed = let the app reach every branch, future ones too; before, only { $before }
told-branches-changed = changed the branches of the app from { $before } to { $after }
told-lifetime-changed = changed the lifetime of tokens from { $before } to { $after }
told-refresh-always = asked for the secret at every refresh
told-refresh-when-rotated = asked for the secret at a refresh only once it was rotated
told-rotated-at-once = rotated the secret: …{ $new } replaces …{ $old }, which stopped working
told-rotated-with-overlap = rotated the secret: …{ $new } replaces …{ $old }, which works until { $until }
told-overlap-ended = ended the overlap: …{ $old } stopped working
told-no-overlap-ended = ended an overlap that was over
told-revoked = revoked the app: no new tokens
told-cut-off = cut off every token that was out (cut-off { $count })
told-reactivated = reactivated the app
told-token-revoked = gave back the token { $token }
told-consented = consented to { $scopes } in { $organization }
told-consented-for = recorded that { $user } consents to { $scopes } in { $organization }
told-consent-grown = consented to more in { $organization }: { $added }
told-consent-grown-for = recorded that { $user } consents to more in { $organization }: { $added }
told-withdrew = withdrew the consent to { $scopes }
told-withdrew-for = withdrew the consent of { $user } to { $scopes }

## Values in these sentences

told-nothing = nothing
told-forgotten = a forgotten person
told-outsider = somebody outside this organization
told-other-organization = another organization
told-scope-read = { $resource } (read)
told-scope-write = { $resource } (write)

## Types of events

told-type-app-registered = Registered
told-type-app-details-changed = Name, description or homepage changed
told-type-app-redirect-uris-changed = Redirect URIs changed
told-type-app-scopes-changed = Scopes changed
told-type-app-branch-restriction-changed = Branches changed
told-type-app-token-lifetime-changed = Lifetime of tokens changed
told-type-app-refresh-authentication-changed = Secret at a refresh
told-type-app-secret-rotated = Secret rotated
told-type-app-secret-overlap-ended = Overlap of secrets ended
told-type-app-revoked = App revoked
told-type-app-tokens-cut-off = Tokens cut off
told-type-app-reactivated = App reactivated
told-type-app-token-revoked = Token revoked
told-type-consent-granted = Consent given
told-type-consent-withdrawn = Consent withdrawn

## Who did it, and from where

history-forgotten = A forgotten person
history-outsider = Somebody outside this organization ({ $id })
history-app = { $name } (app)
history-command-line = { $name } (command line)
history-by-password = signed in with a password
history-by-client-secret = with its client secret
history-from = from { $place }
history-from-forgotten = address no longer kept

## The timeline

history-title = History of { $app }
history-intro = Everything that ever happened to this app and to the consents to it, newest first. Nothing is ever removed from it.
history-filter = Filter
history-filter-type = What
history-filter-actor = Who
history-filter-from = From (UTC)
history-filter-to = Until and including (UTC)
history-filter-all = Everything
history-filter-everybody = Everybody
history-filter-apply = Show
history-filter-clear = Show everything
history-count = { $count ->
    [1] 1 event
   *[other] { $count } events
}
history-none = No event fits this filter
history-none-what = Try a wider stretch of time, or fewer conditions.
history-newer = Newer events
history-older = Older events
history-pages = Pages of the history
history-ends = Access ended
history-state-then = The app at that point
history-state-then-of = The app at that point: { $moment }
history-compare = Compare…
history-compare-of = Compare from this point: { $moment }
history-compare-with = Compare with this point
history-compare-with-of = Compare with this point: { $moment }
history-compare-first = First point
history-comparing = Which point do you want to compare with it? Choose it below.
history-comparing-from = First point:
history-compare-now = Compare with now
history-compare-stop = Do not compare
history-event = Raw event
history-event-of = Raw event { $position }
history-before = Before:
history-after = After:
history-kept = Unchanged:

## What cannot be read

history-no-time = This is no time. Write it like 2026-03-01T12:00, or 2026-03-01 for the whole day.
history-no-moment = This is no moment. Write a time like 2026-03-01T12:00, a day like 2026-03-01, or the number of an event of the app.
history-end-before-begin = This is before the beginning of the stretch.
history-unknown-type = There is no event of this type.

## The state at a moment

history-state-title = { $app } at { $moment }
history-state-title-plain = { $app } at another moment
history-state-intro = What the app was and could do then, and who had made it so. This is what the log had recorded up to that moment: event { $sequence } of the app, position { $position } of the log.
history-state-at = Another moment (UTC)
history-state-hint = Times on this page are those at which the log recorded the events.
history-state-show = Show
history-state-earlier = One event earlier
history-state-later = One event later
history-state-neighbours = Other moments
history-nothing = The app was not there
history-not-yet = At { $moment }, the log had nothing of this app yet.
history-no-such-event = The app has no event with the number { $sequence }.
history-first = The app when it was registered
history-since = since
history-by = by
history-part-reach = What it could do
history-part-secrets = Secrets
history-part-consents = Consents
history-part-details = Details
history-state-revoked = The app was revoked: it got no new tokens, whatever else stands here.
history-no-secret = It had no secret.
history-no-consent = Nobody had consented to it.
history-member-name = Name
history-member-description = Description
history-member-homepage = Homepage
history-member-client-type = Client type
history-member-redirect-uris = Redirect URIs
history-member-scopes = Scopes
history-member-branches = Branches
history-member-status = Status
history-member-lifetime = Lifetime of tokens
history-member-refresh = Secret at a refresh
history-member-secret = Secret ••••{ $last4 }
history-member-cut-offs = Times that all tokens were cut off
history-member-revoked-tokens = Single tokens revoked
history-member-consent = Consent of { $user }
history-not-set = not set
history-confidential = Confidential: it keeps a secret
history-public = Public: it has no secret
history-every-branch = Every branch, future ones too
history-no-branch = No branch
history-refresh-when-rotated = Only once it was rotated
history-refresh-always = Always
history-secret-valid = Valid
history-secret-invalid = Not valid
history-secret-until = until { $moment }
history-secret-ended = ended { $moment }
history-consent-place = in { $organization }, since { $moment }
history-lifetime-unlimited = unlimited
history-lifetime-years = { $count } years
history-lifetime-days = { $count ->
    [1] 1 day
   *[other] { $count } days
}
history-lifetime-hours = { $count ->
    [1] 1 hour
   *[other] { $count } hours
}
history-lifetime-minutes = { $count ->
    [1] 1 minute
   *[other] { $count } minutes
}

## The difference of two moments

history-diff-title = What changed in { $app }
history-diff-intro = Only what is different, with who made it so.
history-diff-from = Before
history-diff-to = After
history-diff-point = event { $sequence } of the app
history-diff-hint = A time in UTC, a day, or the number of an event of the app.
history-diff-compare = Compare
history-diff-backwards = The second moment is earlier than the first, so this reads backwards in time: what was new then is shown as gone.
history-diff-swap = Swap the two
history-diff-same = Nothing is different
history-diff-same-what = The app was the same at both moments.
history-diff-count = { $count ->
    [1] 1 thing is different
   *[other] { $count } things are different
}

## One event

history-event-title = Event { $position }: { $app }
history-event-recorded = Recorded
history-event-proof = Authentication
history-event-from = Address and device
history-event-position = Position in the log
history-event-sequence = Number in its stream
history-event-id = Event id
history-event-type = Type and version
history-event-request = Request id
history-event-earlier = Previous event
history-event-later = Next event
history-event-neighbours = Neighbouring events
history-event-raw = As it was recorded
history-event-raw-what = The same JSON as the API has, without digests of secrets.
history-event-check = Check it
history-event-check-what = Whoever runs this service can prove that the log holds just this event. The proof can be checked anywhere, with the public key that routix keys list prints.
history-event-covered = This event is sealed under the newest checkpoint of the log. Keep a copy of it elsewhere: with that, everybody sees whether the log was changed later.
history-event-uncovered = This event is not sealed yet; that happens within a minute. The newest checkpoint of the log:
