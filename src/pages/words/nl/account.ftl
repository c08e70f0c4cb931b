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
apps-title = Apps die namens jou werken
apps-none = Er werkt geen app namens jou.
apps-intro = Wat je intrekt, stopt meteen: de app kan dan niets meer namens jou.
apps-since = Sinds
apps-withdraw = Intrekken
apps-withdraw-of = Intrekken wat { $app } mag in { $organization }
apps-withdrawn = Ingetrokken. De app kan niets meer namens jou.
sessions-title = Waar je bent ingelogd
sessions-intro = Herken je een sessie niet? Beëindig die dan en wijzig je wachtwoord.
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

## Een ander wachtwoord

password-title = Wachtwoord wijzigen
password-what = Iedereen die met het oude is ingelogd, wordt uitgelogd, jij ook.
password-old = Huidig wachtwoord
password-new = Nieuw wachtwoord
password-length = 10 tot 256 tekens. Een paar woorden achter elkaar zijn makkelijker te onthouden dan leestekens.
password-button = Wachtwoord wijzigen
password-changed = Het wachtwoord is gewijzigd. Log in met het nieuwe.
