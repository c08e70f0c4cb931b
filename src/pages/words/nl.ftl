# Wat de pagina's in het Nederlands zeggen. en.ftl heeft dezelfde sleutels en variabelen.

## Het kader van elke pagina

skip-to-content = Direct naar de inhoud
languages = Taal
account = Je account
sign-out = Uitloggen

## Inloggen

sign-in-title = Inloggen
sign-in-intro = Log in om verder te gaan.
sign-in-email = E-mailadres
sign-in-password = Wachtwoord
sign-in-button = Inloggen
sign-in-failed = Het e-mailadres of het wachtwoord klopt niet. Controleer beide en probeer het opnieuw.
sign-in-too-many = Het inloggen is te vaak mislukt. Wacht een minuut en probeer het dan opnieuw.
problem = Er gaat iets mis

## Je account

account-title = Je account
account-name = Naam
account-email = E-mailadres
sessions-title = Waar je bent ingelogd
sessions-intro = Herken je een sessie niet? Beëindig die dan en vraag je beheerder om een nieuw wachtwoord.
session-browser = Browser
session-api = Programma, via de API
session-this = deze sessie
session-seen = Laatst actief
session-began = Ingelogd op
session-address = Vanaf
session-unknown = onbekend
session-end = Deze sessie beëindigen
session-end-of = Deze sessie beëindigen: { $device }
sessions-end-others = Overal elders uitloggen
session-ended = De sessie is beëindigd.
sessions-others-ended = Al je andere sessies zijn beëindigd.

## Als iets niet lukt

error-title = Dat is niet gelukt
error-bad-request = Het verzoek is onvolledig of onleesbaar. Ga terug en probeer het opnieuw.
error-cross-site = Dit formulier kwam niet van een van onze pagina's. Daarom is er niets gedaan. Open de pagina hier en probeer het opnieuw.
error-stale-form = Dit formulier hoort bij een andere sessie. Daarom is er niets gedaan. Laad de pagina opnieuw en probeer het nog eens.
error-too-large = Dat is meer dan er in dit formulier past.
error-not-found = Hier is niets te vinden.
error-unavailable = Dit lukt nu even niet. Er is niets gewijzigd. Probeer het zo meteen opnieuw.
error-internal = Er ging iets mis aan onze kant.
error-request-id = Vraag je om hulp? Noem dan dit nummer:
error-back = Naar je account
