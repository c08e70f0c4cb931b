
## Before something dangerous

danger-title = Stop this app
danger-what = What happens
danger-consents = { $count ->
    [1] 1 person here lets this app act for him or her.
   *[other] { $count } people here let this app act for them.
}
confirm-password = Your password
confirm-password-hint = So that nobody else does this on your computer.
confirm-not-done = Nothing was done
confirm-wrong-password = This is not your password. Try again.
confirm-done-before = You have done this already, with this form: the secret was rotated then, and shown to you. Confirm once more only if you want another new one.
confirm-changed = Somebody else changed this meanwhile. Look at it again; if you still want it, confirm once more.
rotate-title = Rotate the secret
rotate-intro = The app gets a new secret. These work now:
rotate-third = At most two secrets work at a time: the one that is already replaced stops at once.
rotate-overlap = How long may the old secret still work?
rotate-at-once = Not at all: it stops before you see the new one. For a secret that leaked.
rotate-hour = 1 hour more
rotate-day = 1 day more
rotate-days = 3 days more
rotate-week = 7 days more
rotate-button = Make a new secret
revoke-title = Revoke the app
revoke-short = No new tokens. Tokens that it has already work until they expire. Can be undone.
revoke-button = Revoke
revoke-no-tokens = The app gets no new tokens: its secret, codes and refresh tokens are refused.
revoke-tokens-live = Tokens that it has already work to their end, { $lifetime } at most.
revoke-unlimited = Tokens that it has already never end by themselves. Cut them off to stop them.
revoke-reversible = You can reactivate the app; what users allowed then counts again.
cut-off-title = Revoke the app and cut off its tokens
cut-off-short = Everything stops now, also tokens that are out.
cut-off-button = Revoke and cut off
cut-off-tokens = Every token that the app has stops working now, whatever its lifetime.
cut-off-reversible = You can reactivate the app, but those tokens stay dead: programs have to get new ones, and users may have to sign in again.
reactivate-title = Reactivate the app
reactivate-short = The app gets tokens again.
reactivate-button = Reactivate
reactivate-tokens = The app gets tokens again, with the secret that it has.
reactivate-consents = What users allowed counts again, unless it ended or was cut off meanwhile.
reactivate-secret = Was the secret known to others? Then rotate it before you reactivate the app.
