## Wat er gedaan is, achter de naam van wie het deed; de sleutels en variabelen van het domein

told-registered = heeft de app “{ $name }” geregistreerd met het secret …{ $last4 } en de scopes { $scopes }
told-registered-public = heeft de publieke app “{ $name }” geregistreerd met de scopes { $scopes }
told-renamed = heeft de app hernoemd van “{ $before }” naar “{ $after }”
told-description-set = heeft de omschrijving gewijzigd
told-description-removed = heeft de omschrijving verwijderd
told-homepage-set = heeft { $after } als homepage ingesteld
told-homepage-removed = heeft de homepage verwijderd; dat was { $before }
told-details-kept = heeft naam, omschrijving en homepage bevestigd
told-redirect-uris-added = heeft de redirect-URI's gewijzigd: { $added } toegevoegd
told-redirect-uris-removed = heeft de redirect-URI's gewijzigd: { $removed } verwijderd
told-redirect-uris-changed = heeft de redirect-URI's gewijzigd: { $added } toegevoegd; { $removed } verwijderd
told-redirect-uris-ordered = heeft de redirect-URI's in een andere volgorde gezet: { $after }
told-scopes-added = heeft de scopes gewijzigd: { $added } toegevoegd
told-scopes-removed = heeft de scopes gewijzigd: { $removed } verwijderd
told-scopes-changed = heeft de scopes gewijzigd: { $added } toegevoegd; { $removed } verwijderd
told-scopes-kept = heeft de scopes { $after } bevestigd
told-branches-limited = heeft de app beperkt tot { $after }; daarvoor bereikte de app elke vestiging
told-branches-freed = laat de app elke vestiging bereiken, ook toekomstige; daarvoor alleen { $before }
told-branches-changed = heeft de vestigingen van de app gewijzigd van { $before } in { $after }
told-lifetime-changed = heeft de levensduur van tokens gewijzigd van { $before } in { $after }
told-refresh-always = vraagt voortaan bij elke verversing om het secret
told-refresh-when-rotated = vraagt bij een verversing voortaan alleen om het secret als dat intussen vervangen is
told-rotated-at-once = heeft het secret vervangen: …{ $new } komt in de plaats van …{ $old }, dat niet meer werkt
told-rotated-with-overlap = heeft het secret vervangen: …{ $new } komt in de plaats van …{ $old }, dat werkt tot { $until }
told-overlap-ended = heeft de overlap beëindigd: …{ $old } werkt niet meer
told-no-overlap-ended = heeft een overlap beëindigd die al voorbij was
told-revoked = heeft de app ingetrokken: geen nieuwe tokens
told-cut-off = heeft elk uitgegeven token afgekapt (keer { $count })
told-reactivated = heeft de app weer geactiveerd
told-token-revoked = heeft het token { $token } teruggegeven
told-consented = heeft in { $organization } toestemming gegeven voor { $scopes }
told-consented-for = heeft vastgelegd dat { $user } in { $organization } toestemming geeft voor { $scopes }
told-consent-grown = heeft in { $organization } toestemming gegeven voor meer: { $added }
told-consent-grown-for = heeft vastgelegd dat { $user } in { $organization } toestemming geeft voor meer: { $added }
told-withdrew = heeft de toestemming voor { $scopes } ingetrokken
told-withdrew-for = heeft de toestemming van { $user } voor { $scopes } ingetrokken

## Waarden in deze zinnen

told-nothing = niets
told-forgotten = een vergeten persoon
told-outsider = iemand buiten deze organisatie
told-other-organization = een andere organisatie
told-scope-read = { $resource } (lezen)
told-scope-write = { $resource } (schrijven)

## Typen gebeurtenissen

told-type-app-registered = Geregistreerd
told-type-app-details-changed = Naam, omschrijving of homepage gewijzigd
told-type-app-redirect-uris-changed = Redirect-URI's gewijzigd
told-type-app-scopes-changed = Scopes gewijzigd
told-type-app-branch-restriction-changed = Vestigingen gewijzigd
told-type-app-token-lifetime-changed = Levensduur van tokens gewijzigd
told-type-app-refresh-authentication-changed = Secret bij een verversing
told-type-app-secret-rotated = Secret vervangen
told-type-app-secret-overlap-ended = Overlap van secrets beëindigd
told-type-app-revoked = App ingetrokken
told-type-app-tokens-cut-off = Tokens afgekapt
told-type-app-reactivated = App weer geactiveerd
told-type-app-token-revoked = Token teruggegeven
told-type-consent-granted = Toestemming gegeven
told-type-consent-withdrawn = Toestemming ingetrokken

## Wie het deed, en vanwaar

history-forgotten = Een vergeten persoon
history-outsider = Iemand buiten deze organisatie ({ $id })
history-app = { $name } (app)
history-command-line = { $name } (opdrachtregel)
history-by-password = ingelogd met een wachtwoord
history-by-client-secret = met zijn client secret
history-from = vanaf { $place }
history-from-forgotten = adres niet meer bewaard

## De tijdlijn

history-title = Geschiedenis van { $app }
history-intro = Alles wat er ooit met deze app en de toestemmingen daarvoor gebeurd is, het nieuwste eerst. Hier verdwijnt nooit iets uit.
history-filter = Filter
history-filter-type = Wat
history-filter-actor = Wie
history-filter-from = Van (UTC)
history-filter-to = Tot en met (UTC)
history-filter-all = Alles
history-filter-everybody = Iedereen
history-filter-apply = Tonen
history-filter-clear = Alles tonen
history-count = { $count ->
    [1] 1 gebeurtenis
   *[other] { $count } gebeurtenissen
}
history-none = Geen gebeurtenis past bij dit filter
history-none-what = Probeer een ruimere periode of minder voorwaarden.
history-newer = Nieuwere gebeurtenissen
history-older = Oudere gebeurtenissen
history-pages = Pagina's van de geschiedenis
history-ends = Toegang beëindigd
history-state-then = De app op dat moment
history-state-then-of = De app op dat moment: { $moment }
history-compare = Vergelijken…
history-compare-of = Vanaf dit punt vergelijken: { $moment }
history-compare-with = Hiermee vergelijken
history-compare-with-of = Hiermee vergelijken: { $moment }
history-compare-first = Eerste punt
history-comparing = Met welk punt wil je vergelijken? Kies het hieronder.
history-comparing-from = Eerste punt:
history-compare-now = Met nu vergelijken
history-compare-stop = Niet vergelijken
history-event = Ruwe gebeurtenis
history-event-of = Ruwe gebeurtenis { $position }
history-before = Eerst:
history-after = Daarna:
history-kept = Ongewijzigd:

## Wat niet te lezen is

history-no-time = Dit is geen tijdstip. Schrijf het als 2026-03-01T12:00, of 2026-03-01 voor de hele dag.
history-no-moment = Dit is geen moment. Schrijf een tijdstip als 2026-03-01T12:00, een dag als 2026-03-01, of het nummer van een gebeurtenis van de app.
history-end-before-begin = Dit ligt vóór het begin van de periode.
history-unknown-type = Een gebeurtenis van dit type bestaat niet.

## De toestand op een moment

history-state-title = { $app } op { $moment }
history-state-title-plain = { $app } op een ander moment
history-state-intro = Wat de app toen was en kon, en door wie dat zo was. Dit is wat het logboek tot dat moment had vastgelegd: gebeurtenis { $sequence } van de app, positie { $position } in het logboek.
history-state-at = Een ander moment (UTC)
history-state-hint = De tijden op deze pagina zijn die waarop het logboek de gebeurtenissen vastlegde.
history-state-show = Tonen
history-state-earlier = Eén gebeurtenis eerder
history-state-later = Eén gebeurtenis later
history-state-neighbours = Andere momenten
history-nothing = De app was er niet
history-not-yet = Op { $moment } had het logboek nog niets van deze app.
history-no-such-event = De app heeft geen gebeurtenis met het nummer { $sequence }.
history-first = De app toen die geregistreerd werd
history-since = sinds
history-by = door
history-part-reach = Wat de app kon
history-part-secrets = Secrets
history-part-consents = Toestemmingen
history-part-details = Gegevens
history-state-revoked = De app was ingetrokken: die kreeg geen nieuwe tokens, wat hier verder ook staat.
history-no-secret = De app had geen secret.
history-no-consent = Niemand had er toestemming voor gegeven.
history-member-name = Naam
history-member-description = Omschrijving
history-member-homepage = Homepage
history-member-client-type = Clienttype
history-member-redirect-uris = Redirect-URI's
history-member-scopes = Scopes
history-member-branches = Vestigingen
history-member-status = Status
history-member-lifetime = Levensduur van tokens
history-member-refresh = Secret bij een verversing
history-member-secret = Secret ••••{ $last4 }
history-member-cut-offs = Aantal keren dat alle tokens afgekapt zijn
history-member-revoked-tokens = Losse tokens teruggegeven
history-member-consent = Toestemming van { $user }
history-not-set = niet ingevuld
history-confidential = Vertrouwelijk: de app bewaart een secret
history-public = Publiek: de app heeft geen secret
history-every-branch = Elke vestiging, ook toekomstige
history-no-branch = Geen enkele vestiging
history-refresh-when-rotated = Alleen als het vervangen is
history-refresh-always = Altijd
history-secret-valid = Geldig
history-secret-invalid = Niet geldig
history-secret-until = tot { $moment }
history-secret-ended = beëindigd op { $moment }
history-consent-place = in { $organization }, sinds { $moment }
history-lifetime-unlimited = onbeperkt
history-lifetime-years = { $count } jaar
history-lifetime-days = { $count ->
    [1] 1 dag
   *[other] { $count } dagen
}
history-lifetime-hours = { $count } uur
history-lifetime-minutes = { $count ->
    [1] 1 minuut
   *[other] { $count } minuten
}

## Het verschil tussen twee momenten

history-diff-title = Wat er in { $app } veranderd is
history-diff-intro = Alleen wat verschilt, en door wie dat zo is.
history-diff-from = Eerst
history-diff-to = Daarna
history-diff-point = gebeurtenis { $sequence } van de app
history-diff-hint = Een tijdstip in UTC, een dag, of het nummer van een gebeurtenis van de app.
history-diff-compare = Vergelijken
history-diff-backwards = Het tweede moment ligt vóór het eerste. Dit leest dus terug in de tijd: wat er later bij kwam, staat hier als verdwenen.
history-diff-swap = De twee omwisselen
history-diff-same = Er is niets veranderd
history-diff-same-what = De app was op beide momenten hetzelfde.
history-diff-count = { $count ->
    [1] 1 ding is anders
   *[other] { $count } dingen zijn anders
}

## Eén gebeurtenis

history-event-title = Gebeurtenis { $position }: { $app }
history-event-recorded = Vastgelegd
history-event-proof = Authenticatie
history-event-from = Adres en apparaat
history-event-position = Positie in het logboek
history-event-sequence = Nummer in de eigen reeks
history-event-id = Id van de gebeurtenis
history-event-type = Type en versie
history-event-request = Request-id
history-event-earlier = Vorige gebeurtenis
history-event-later = Volgende gebeurtenis
history-event-neighbours = Aangrenzende gebeurtenissen
history-event-raw = Zoals vastgelegd
history-event-raw-what = Dezelfde JSON als in de API, zonder digests van secrets.
history-event-check = Controleren
history-event-check-what = Wie deze dienst beheert, kan bewijzen dat precies deze gebeurtenis in het logboek staat. Dat bewijs is overal te controleren, met de publieke sleutel die routix keys list toont.
history-event-covered = Deze gebeurtenis is verzegeld onder het nieuwste checkpoint van het logboek. Bewaar daar elders een kopie van: daarmee ziet iedereen of het logboek later veranderd is.
history-event-uncovered = Deze gebeurtenis is nog niet verzegeld; dat gebeurt binnen een minuut. Het nieuwste checkpoint van het logboek:
