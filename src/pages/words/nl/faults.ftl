
## Wat er mis is met een veld

fault-name-required = Geef de app een naam.
fault-name-too-long = Hooguit 100 tekens.
fault-description-too-long = Hooguit 1.000 tekens.
fault-too-long = Dit is te lang.
fault-too-many = Dit zijn er te veel: hooguit 50.
fault-forbidden-character = Er zit een teken in dat niet te zien is of dat de tekst omkeert. Typ het opnieuw.
fault-invisible = Er staat niets in wat te zien is.
fault-homepage-url-invalid-format = Schrijf een adres dat begint met https:// en waar geen gebruiker in staat.
fault-redirect-uris-required = Noem minstens één redirect-URI.
fault-malformed-uri = Dit is geen volledig adres. Schrijf het zoals https://myerp.com/callback.
fault-fragment-not-allowed = Een adres met # kan hier niet.
fault-user-info-not-allowed = Een adres met een gebruikersnaam voor @ kan hier niet.
fault-wildcard-not-allowed = Een * betekent hier niets. Schrijf elk adres voluit.
fault-insecure-scheme = http is alleen voor deze computer (127.0.0.1). Gebruik https.
fault-scheme-not-allowed = Alleen een publieke app kan een eigen schema hebben, geschreven als com.example.app:/callback.
fault-allowed-scopes-required = Vink minstens één scope aan.
fault-unknown-scope = Een van deze scopes bestaat niet meer. Laad de pagina opnieuw.
fault-allowed-branch-ids-required = Vink minstens één vestiging aan.
fault-unknown-branch = Een van deze vestigingen is gesloten. Bekijk de lijst opnieuw.
fault-not-covered = De app zou bij meer vestigingen kunnen dan jij. Kies uit je eigen vestigingen.
fault-token-lifetime-invalid-value = Kies een van de levensduren.
