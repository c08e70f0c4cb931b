
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
