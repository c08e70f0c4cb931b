
## What is wrong with a field

fault-name-required = Give the app a name.
fault-name-too-long = At most 100 characters.
fault-description-too-long = At most 1,000 characters.
fault-too-long = This is too long.
fault-too-many = These are too many: at most 50.
fault-forbidden-character = It has a character that cannot be seen or that turns the text around. Type it again.
fault-invisible = It has nothing that can be seen.
fault-homepage-url-invalid-format = Write an address that begins with https:// and names no user.
fault-redirect-uris-required = Name at least one redirect URI.
fault-malformed-uri = This is no complete address. Write it like https://myerp.com/callback.
fault-fragment-not-allowed = An address with # cannot be used.
fault-user-info-not-allowed = An address with a user name before @ cannot be used.
fault-wildcard-not-allowed = A * stands for nothing here. Write each address in full.
fault-insecure-scheme = http is only for this computer (127.0.0.1). Use https.
fault-scheme-not-allowed = Only a public app can have a scheme of its own, written like com.example.app:/callback.
fault-allowed-scopes-required = Tick at least one scope.
fault-unknown-scope = One of these scopes does not exist any more. Load the page again.
fault-allowed-branch-ids-required = Tick at least one branch.
fault-unknown-branch = One of these branches has been closed. Look at the list again.
fault-not-covered = The app would reach more branches than you do. Choose among your own.
fault-token-lifetime-invalid-value = Choose one of the lifetimes.
