
## Voor iets gevaarlijks

danger-title = Deze app stoppen
danger-what = Wat er gebeurt
danger-consents = { $count ->
    [1] 1 persoon hier laat deze app namens zich werken.
   *[other] { $count } mensen hier laten deze app namens zich werken.
}
confirm-password = Je wachtwoord
confirm-password-hint = Zodat niemand anders dit op jouw computer doet.
confirm-not-done = Er is niets gedaan
confirm-wrong-password = Dit is niet je wachtwoord. Probeer het opnieuw.
confirm-done-before = Je hebt dit al gedaan, met dit formulier: het secret is toen vervangen en aan je getoond. Bevestig alleen nog een keer als je weer een nieuw secret wilt.
confirm-changed = Iemand anders heeft dit intussen gewijzigd. Bekijk het opnieuw; wil je het nog steeds, bevestig dan nog een keer.
rotate-title = Secret vervangen
rotate-intro = De app krijgt een nieuw secret. Deze werken nu:
rotate-third = Er werken hooguit twee secrets tegelijk: het secret dat al vervangen is, stopt meteen.
rotate-overlap = Hoe lang mag het oude secret nog werken?
rotate-at-once = Niet meer: het stopt voordat je het nieuwe ziet. Voor een secret dat is uitgelekt.
rotate-hour = Nog 1 uur
rotate-day = Nog 1 dag
rotate-days = Nog 3 dagen
rotate-week = Nog 7 dagen
rotate-button = Nieuw secret maken
revoke-title = App intrekken
revoke-short = Geen nieuwe tokens. Wat er al is, werkt tot het verloopt. Kan ongedaan gemaakt worden.
revoke-button = Intrekken
revoke-no-tokens = De app krijgt geen nieuwe tokens: secret, codes en refresh-tokens worden geweigerd.
revoke-tokens-live = Tokens die de app al heeft, werken tot ze verlopen: hooguit { $lifetime }.
revoke-unlimited = Tokens die de app al heeft, verlopen nooit vanzelf. Kap ze af om ze te stoppen.
revoke-reversible = Je kunt de app weer activeren; wat gebruikers hebben toegestaan, telt dan weer.
cut-off-title = App intrekken en tokens afkappen
cut-off-short = Alles stopt nu, ook tokens die al zijn gegeven.
cut-off-button = Intrekken en afkappen
cut-off-tokens = Elk token dat de app heeft, werkt vanaf nu niet meer, hoe lang het ook geldig was.
cut-off-reversible = Je kunt de app weer activeren, maar die tokens blijven dood: programma's moeten nieuwe halen, en gebruikers moeten misschien opnieuw inloggen.
reactivate-title = App weer activeren
reactivate-short = De app krijgt weer tokens.
reactivate-button = Weer activeren
reactivate-tokens = De app krijgt weer tokens, met het secret dat hij heeft.
reactivate-consents = Wat gebruikers hebben toegestaan telt weer, behalve wat intussen is afgelopen of afgekapt.
reactivate-secret = Kenden anderen het secret? Vervang het dan voordat je de app weer activeert.
