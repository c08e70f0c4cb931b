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
apps-title = Apps die namens jou werken
apps-none = Er werkt geen app namens jou.
apps-intro = Wat je intrekt, stopt meteen: de app kan dan niets meer namens jou.
apps-since = Sinds
apps-withdraw = Intrekken
apps-withdraw-of = Intrekken wat { $app } mag in { $organization }
apps-withdrawn = Ingetrokken. De app kan niets meer namens jou.
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
error-unavailable = Dit lukt nu even niet. Probeer het zo meteen opnieuw.
error-internal = Er ging iets mis aan onze kant.
error-request-id = Vraag je om hulp? Noem dan dit nummer:
error-back = Naar je account

## Een app vraagt toegang

authorize-unreadable = De app heeft je hierheen gestuurd met een onleesbaar verzoek. Ga terug naar de app en probeer het opnieuw.
authorize-unknown-app = De app die je hierheen stuurde is niet bekend. De app heeft niets gekregen. Laat de maker weten dat de client_id niet is geregistreerd.
authorize-revoked-app = De app die je hierheen stuurde is op dit moment geblokkeerd. De app heeft niets gekregen. Een beheerder van de organisatie kan je meer vertellen.
authorize-redirect-uri = De app wil je naar een adres sturen dat niet voor de app is geregistreerd. Daarom blijf je hier. De app heeft niets gekregen. Laat de maker weten dat de redirect_uri niet is geregistreerd.
authorize-decided = Je hebt dit verzoek al beantwoord. Wil je een ander antwoord geven? Begin dan opnieuw in de app.
consent-title = { $app } toestaan?
consent-intro = { $app } wil Routix gebruiken als { $email }. Dan kan de app:
consent-writes = kan wijzigen
consent-homepage = Website
consent-registered = Geregistreerd
consent-registered-by = door { $organization }, op { $date }
consent-returns = Stuurt je terug naar
consent-this-computer = een programma op deze computer
consent-application = de toepassing waar “{ $scheme }” bij hoort
consent-stranger = Deze app is van een andere organisatie, { $organization }. Routix heeft niet nagegaan wie erachter zit. Sta dit alleen toe als je de app kent.
consent-local = Hierna ga je terug naar een programma op je eigen computer of telefoon. Sta dit alleen toe als je { $app } zojuist zelf hebt gestart.
consent-organization = Voor organisatie
consent-which-organization = Voor welke organisatie?
consent-choose-organization = Kies de organisatie waarvoor je dit wilt toestaan.
consent-nowhere = Er is geen organisatie waarin jij dit mag toestaan. Voor toegang waarmee iets gewijzigd kan worden, moet je daar meer dan kijker zijn.
consent-withdraw = { $app } kan alleen bij de vestigingen waar jij zelf bij kunt. Je kunt dit altijd intrekken, bij “Je account”.
consent-approve = Toestaan
consent-deny = Niet toestaan
consent-back = Terug naar de app

## Wat een app kan, per scope

resource-accounts = Relaties
resource-orders = Orders
resource-vehicles = Voertuigen
resource-staff = Personeel
resource-equipment = Materieel
resource-planning = Planning
resource-invoices = Facturen
scope-accounts-read = Klanten, leveranciers en vervoerders bekijken
scope-accounts-write = Klanten, leveranciers en vervoerders toevoegen en wijzigen
scope-orders-read = Transportorders en hun stops bekijken
scope-orders-write = Transportorders toevoegen en wijzigen
scope-vehicles-read = Voertuigen bekijken
scope-vehicles-write = Voertuigen toevoegen en wijzigen
scope-staff-read = Chauffeurs en ander personeel bekijken
scope-equipment-read = Trailers, containers en ander materieel bekijken
scope-planning-read = De planning van ritten bekijken
scope-invoices-read = Facturen bekijken
scope-invoices-write = Facturen toevoegen en wijzigen

## Datums

date = { $day } { $month ->
    [m1] januari
    [m2] februari
    [m3] maart
    [m4] april
    [m5] mei
    [m6] juni
    [m7] juli
    [m8] augustus
    [m9] september
    [m10] oktober
    [m11] november
   *[m12] december
} { $year }
