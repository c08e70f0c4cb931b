
## Vestigingen

branches-intro = De vestigingen van je organisatie. Hun publieke ID staat in het adres van een aanroep:
branches-none = Nog geen vestigingen
branches-none-what = Gegevens horen bij een vestiging. Zonder vestiging kunnen apps nergens bij.
branches-opened = Geopend op
branches-closed = gesloten op
branches-apps = { $count ->
    [0] Geen app kan erbij
    [1] 1 app kan erbij
   *[other] { $count } apps kunnen erbij
}
branches-how = Wie deze dienst beheert, opent, hernoemt en sluit vestigingen:

## Leden

members-intro = Wie er bij je organisatie horen, en wat ieder mag.
members-how = Wie deze dienst beheert, voegt leden toe:
member-oneself = jij
member-locked-out = Buitengesloten
member-since = Lid sinds
member-branches = Beperkt tot:
member-no-branch = geen vestiging
member-change = Wijzigen
member-change-of = { $name } wijzigen
member-role = Rol
member-role-button = Rol wijzigen
member-remove = Uit de organisatie verwijderen
member-remove-what = Vanaf dat moment ziet en doet hij of zij hier niets meer. Wat hij of zij apps hier liet doen, stopt ook, met hun tokens erbij.
member-remove-button = Verwijderen
member-last-owner = Een organisatie houdt minstens één eigenaar die niet tot bepaalde vestigingen is beperkt. Maak eerst iemand anders eigenaar.
role-owner = Eigenaar
role-owner-may = Kan alles, en kiest andere eigenaren.
role-admin = Beheerder
role-admin-may = Beheert apps, toestemmingen en leden, maar geen eigenaren.
role-member = Lid
role-member-may = Ziet de organisatie, en laat apps namens zich werken.
role-viewer = Kijker
role-viewer-may = Ziet de organisatie, en laat apps namens zich lezen.
person-forgotten = een vergeten persoon

## Toestemmingen

consents-intro = Wat mensen apps hier namens zich laten doen. Intrekken werkt meteen: hun tokens werken niet meer.
consents-intro-own = Wat je apps hier namens jou laat doen. Intrekken werkt meteen.
consents-none = Geen toestemmingen
consents-none-what = Laat iemand een app namens zich werken, dan staat dat hier.
consents-foreign = van een andere organisatie
consents-withdraw-of = Intrekken wat { $name } { $app } laat doen
consents-done = Ingetrokken. De app kan niets meer namens hen.
app-consents-none = Niemand laat deze app hier namens zich werken
app-consents-intro = Deze mensen laten deze app namens zich werken. De app kan alleen bij de vestigingen waar zij zelf bij kunnen.
withdraw-all-title = Alles intrekken
withdraw-all-what = { $count ->
    [0] Er is niets meer om in te trekken.
    [1] 1 toestemming stopt meteen, met elk token dat erop rust. Wie haar gaf, moet de app opnieuw toestaan om verder te gaan.
   *[other] { $count } toestemmingen stoppen meteen, met elk token dat erop rust. De mensen moeten de app opnieuw toestaan om verder te gaan.
}
