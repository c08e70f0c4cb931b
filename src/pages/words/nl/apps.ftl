
## Apps

app-list-intro = Programma's van anderen die je gegevens mogen gebruiken: wat elk mag, en wanneer het dat voor het laatst deed.
app-list-new = Nieuwe app
app-list-none = Nog geen apps
app-list-none-what = Een app is een programma, zoals een ERP of een BI-tool, dat hier tokens krijgt en daarmee de API aanroept.
app-list-ask = Een eigenaar of beheerder kan er een registreren.
app-list-filter = Zoek een app
app-list-created = Geregistreerd op
app-list-created-by = Geregistreerd door { $name } op
app-list-scopes = { $count ->
    [1] 1 scope
   *[other] { $count } scopes
}
app-used = Gebruikt
app-never-used = Nooit gebruikt
app-public = Publieke client
app-active = Actief
app-revoked = Ingetrokken
app-back = Terug naar de app
app-edit = Bewerken
app-tabs = Over deze app
app-tab-overview = Overzicht
app-tab-history = Geschiedenis
app-tab-consents = Toestemmingen
app-details = Gegevens
app-client-id = Client-ID
app-id = App-ID
app-registered = Geregistreerd
app-changed = Laatst gewijzigd
app-last-used = Laatst gebruikt
app-long = lang
app-refresh-always = Het secret wordt elke keer gevraagd.
app-refresh-when-rotated = Het secret wordt gevraagd zodra het is vervangen.
app-every-branch = Elke vestiging, ook vestigingen die later opengaan.
app-abilities = Wat de app mag
app-secrets = Secrets
redirect-application = een toepassing op het apparaat van de gebruiker
redirect-loopback = een programma op de computer van de gebruiker, op elke poort
branch-closed = gesloten
lifetime-unlimited = Onbeperkt: tot iemand het token afkapt
lifetime-hour = 1 uur
lifetime-day = 1 dag
lifetime-years = 20 jaar
lifetime-minutes = { $count ->
    [1] 1 minuut
   *[other] { $count } minuten
}
lifetime-warning = Een token van deze app werkt { $lifetime }. Wie er een vindt, kan het zo lang gebruiken. Kies liever een uur: programma's halen zelf nieuwe op.
lifetime-warning-unlimited = Tokens van deze app verlopen nooit. Wie er een vindt, kan het gebruiken tot iemand het afkapt. Kies liever een uur: programma's halen zelf nieuwe op.
done-registered = Geregistreerd. Een publieke client heeft geen secret: hij bewijst zich met PKCE.
done-registered-before = Met dit formulier was de app al geregistreerd. Het secret is toen getoond; is het niet bewaard, vervang het dan.
done-changed = Opgeslagen.
done-overlap-ended = De overlap is voorbij. Alleen het nieuwste secret werkt.
done-revoked = Ingetrokken. De app krijgt geen nieuwe tokens.
done-cut-off = Ingetrokken, en geen enkel token van de app werkt nog.
done-reactivated = Weer actief. De app kan tokens krijgen.

## Een secret dat net is gemaakt

secret = Client secret
secret-title = Bewaar dit secret nu
secret-once = Het wordt alleen deze keer getoond.
secret-lost = Wij bewaren er alleen een vingerafdruk van. Raakt het kwijt, vervang het dan: zo krijg je een nieuw secret.
secret-of = Gegevens van { $app }
secret-stored = Ik heb het bewaard
secret-old-works = Het oude secret, eindigend op { $last4 }, werkt tot
secret-old-overlap = Laat je programma voor die tijd het nieuwe gebruiken.
secret-old-stopped = Het oude secret, eindigend op { $last4 }, werkt niet meer.
secret-made = Gemaakt
secret-ends = Werkt niet meer vanaf
secret-overlap = vervangen
secret-end-now = Nu beëindigen
secret-end-now-what = Laat het secret dat eindigt op { $last4 } meteen stoppen.

## De eerste aanroepen

quick-title = Snel beginnen
quick-intro = Plak dit in een shell. Het secret staat in
quick-token = 1. Haal een token
quick-call = 2. Doe de eerste aanroep
quick-introspect = 3. Vraag wat het token waard is
quick-nothing = Voor een eerste aanroep heeft de app een scope nodig die leest, en een open vestiging.
quick-authorize = Stuur de browser van de gebruiker hierheen, met een eigen state en PKCE-challenge:
quick-guide = Zo ga je verder: gids voor integratoren
quick-reference = Alle aanroepen en velden: API-referentie
