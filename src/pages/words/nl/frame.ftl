# Wat de pagina's in het Nederlands zeggen. De bestanden van en hebben dezelfde sleutels en variabelen.

## Het kader van elke pagina

skip-to-content = Direct naar de inhoud
languages = Taal
account = Je account
sign-out = Uitloggen
navigation = Onderdelen
navigation-own = Jij
themes = Kleuren
theme-system = Als het systeem
theme-light = Licht
theme-dark = Donker
demo = Demo
demo-says = Alles hier is verzonnen. De wachtwoorden staan in demo.env, in de datamap.
organization-switch = Organisatie
organization-choose = Kies een organisatie
copy = Kopiëren
copied = Gekopieerd

## Waar je bent in het dashboard

settings = Instellingen
operators = Deze dienst
section-apps = OAuth-apps
section-consents = Toestemmingen
section-branches = Vestigingen
section-members = Leden
section-events = Auditlogboek
section-reference = API-referentie
integration = Integratie
section-projections = Projecties
section-log = Het hele logboek

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

## Als iets niet lukt

error-title = Dat is niet gelukt
error-bad-request = Het verzoek is onvolledig of onleesbaar. Ga terug en probeer het opnieuw.
error-cross-site = Dit formulier kwam niet van een van onze pagina's. Daarom is er niets gedaan. Open de pagina hier en probeer het opnieuw.
error-stale-form = Dit formulier hoort bij een andere sessie. Daarom is er niets gedaan. Laad de pagina opnieuw en probeer het nog eens.
error-too-large = Dat is meer dan er in dit formulier past.
error-not-found = Hier is niets te vinden.
error-forbidden = Je mag dit bekijken, maar niet wijzigen. Eigenaren en beheerders wijzigen, alleen eigenaren wijzigen eigenaren, en niemand wijzigt wat verder reikt dan de eigen vestigingen.
error-not-in-effect = Wat je deed is vastgelegd en gaat zo meteen in. Doe het niet nog eens: kijk eerst. Hoorde er een nieuw secret bij, dan is dat kwijt; vervang het later.
error-unavailable = Dit lukt nu even niet. Probeer het zo meteen opnieuw.
error-internal = Er ging iets mis aan onze kant.
error-request-id = Vraag je om hulp? Noem dan dit nummer:
error-back = Naar de startpagina
