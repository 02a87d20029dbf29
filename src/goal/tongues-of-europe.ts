/**
 * The words of European languages in Latin letters by which a model is given other orders, by stems.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { Tongue } from "./tongue.js";

export const EUROPEAN: readonly Tongue[] = [
  {
    // German
    setAside:
      "(?:vergiss|vergess\\w{0,3}|vergesst|ignorier\\w{0,3}|missacht\\w{0,3}|befolg\\w{0,2} nicht|verwirf|uberspring\\w{0,2}|abweichend (?:zu|von)|entgegen|setz\\w{0,2} dich uber)",
    orders:
      "(?:anweisung|instruktion|anordnung|auftrag|aufgabe|vorgabe|richtlinie|system-?prompt|eingabeaufforderung|leitlinie|ausfuhrung|deine regeln|ihre regeln|alle regeln|alle richtlinien|befehle)",
    allSaid:
      "(?:alles|was|alle)\\b.{0,30}(?:gesagt|bisher|vorher|oben|zuvor|davor|besprochen|weisst|gelernt)|(?:bisherig|vorherig|obig|vorangegangen|fruher)\\w{0,2} (?:\\w+ )?(?:information|text|gesprach|kontext|nachricht)",
    asks: "(?:zeig\\w{0,3}|sag\\w{0,3}|nenn\\w{0,3}|verrat\\w{0,3}|gib|geben|wiederhol\\w{0,3}|wie lautet|was ist|wie ist|was sind|druck\\w{0,2}|teil\\w{0,2})",
    prompt:
      "(?:system-?prompt|prompt-?text|dein\\w{0,2} (?:anweisung|instruktion|prompt|anfang)|urspr\\w+ (?:anweisung|prompt))",
    secret: "(?:passwort|kennwort|passworter|zugangsdaten|geheim(?:er|en|e)? (?:schlussel|code)|geheimnis)",
    ungated:
      "(?:ohne|umgeh\\w{0,3}|uberspring\\w{0,2}|deaktivier\\w{0,2}) (?:\\w+ ){0,3}(?:genehmigung|freigabe|bestatigung|zustimmung|ruckfrage|sicherheits(?:regeln|richtlinien|prufung)|nachzufragen)",
    becomes:
      "(?:du bist|sie sind|bist du) (?:jetzt|nun|ab jetzt|ab sofort|nicht mehr|kein)|ich mochte,? dass (?:du|sie) als\\b.{0,60}(?:fungier|agier|antwort)|(?:tu so|stell dir vor),? (?:als|du)|du bist (?:ein |eine )?(?:zeit online|journalist|unzensiert|uneingeschrankt)",
  },
  {
    // French
    setAside:
      "(?:ignore[rzs]?|ignorez|oublie[rzs]?|oubliez|neglige[rz]?|ne (?:tiens|tenez) pas compte|fais abstraction|faites abstraction|ne (?:suis|suivez|respecte[rz]?) (?:pas|plus)|contourne[rz]?|desobei\\w+)",
    orders:
      "(?:instructions?|consignes?|directives?|prompt|ordres? (?:precedent|donne)|regles (?:precedent|de securite)|tes regles|vos regles|toutes les regles)",
    allSaid: "tout ce (?:qui|que)\\b|(?:ce qui|tout) (?:\\w+ )?(?:precede|ci-dessus|dit avant)",
    asks: "(?:montre\\w{0,2}|dis|dites|donne\\w{0,2}|revele\\w{0,2}|affiche\\w{0,2}|repete\\w{0,2}|quel(?:le)?s? (?:est|sont)|ecris|ecrivez|traduis\\w{0,2})",
    prompt:
      "(?:prompt (?:systeme|initial|cache)|instructions? (?:systeme|initiales|internes|cachees)|(?:tes|vos) (?:instructions|consignes|directives))",
    secret: "(?:mots? de passe|cles? (?:secrete|privee|api|d'api)|identifiants|code secret)",
    ungated:
      "(?:sans (?:demander|attendre|aucune|l'|ton |votre )?.{0,20}(?:approbation|autorisation|confirmation|validation|permission|accord)|(?:contourne|desactive|ignore|saute)\\w{0,2} (?:\\w+ ){0,2}(?:l'approbation|approbations?|la validation|les (?:regles|controles) de securite))",
    becomes:
      "(?:tu es|vous etes) (?:maintenant|desormais|a present|un ia sans)|(?:fais|faites) comme si tu|a partir de maintenant,? (?:tu|vous)|(?:je veux|je souhaite) que tu agisses",
  },
  {
    // Spanish
    setAside:
      "(?:ignor[aeoe]\\w{0,3}|olvid[ae]\\w{0,4}|haz caso omiso|hagan? caso omiso|descarta\\w{0,2}|desestim\\w{1,3}|no (?:sigas|siga|obedezcas|hagas caso|cumplas)|omit[ae]\\w{0,2}|pasa por alto|salta\\w{0,2})",
    orders:
      "(?:instruccion|indicacion|directric|directiva|ordenes (?:anterior|previa)|prompt|consignas?|reglas (?:anterior|previa|de seguridad)|tus reglas|sus reglas|todas las reglas|limitaciones)",
    allSaid: "todo (?:lo )?(?:que|anterior|dicho|de arriba)|lo anterior",
    asks: "(?:muestra\\w{0,3}|muestre\\w{0,2}|ensena\\w{0,3}|di|dime|diga\\w{0,2}|dame|deme|revela\\w{0,3}|repite\\w{0,2}|cual(?:es)? (?:es|son|era)|escrib[ea]\\w{0,2}|imprim[ea]\\w{0,2}|traduc[ei]\\w{0,2}|proporciona\\w{0,3})",
    prompt:
      "(?:prompt (?:del|de) sistema|(?:prompt|instrucciones|mensaje) (?:del? sistema|inicial(?:es)?|original(?:es)?|oculta?s?)|tus (?:instrucciones|directrices)|sus instrucciones)",
    secret: "(?:contrasena|clave (?:secreta|privada|api|de api)|claves? secretas?|credenciales|codigo secreto)",
    ungated:
      "(?:sin (?:pedir|esperar|solicitar|la |ninguna |mi |necesidad)?.{0,20}(?:aprobacion|autorizacion|confirmacion|permiso)|(?:omite|salta|evita|desactiva|ignora)\\w{0,2} (?:\\w+ ){0,2}(?:aprobacion(?:es)?|controles? de seguridad|reglas de seguridad))",
    becomes:
      "(?:ahora|desde ahora|a partir de ahora|de ahora en adelante),? (?:tu )?(?:eres|sera[s]?|actuaras|responde)|(?:eres|sos) ahora|finge (?:que|ser)|actua como (?:si|una? ia)",
  },
  {
    // Italian
    setAside:
      "(?:ignor[aie]\\w{0,3}|dimentic\\w{1,4}|trascur\\w{1,3}|non (?:seguire|rispettare|considerare|tenere conto)|tralascia\\w{0,2}|scarta\\w{0,2}|salta\\w{0,2})",
    orders:
      "(?:istruzion|indicazion|direttiv|prompt|ordini precedenti|regole (?:precedenti|di sicurezza)|le tue regole|tutte le regole|consegn[ae] precedent)",
    allSaid: "tutto (?:cio|quello|quanto)|quanto (?:sopra|detto)",
    asks: "(?:mostra\\w{0,2}|dimmi|dammi|rivela\\w{0,2}|ripeti\\w{0,2}|stampa\\w{0,2}|scrivi\\w{0,2}|qual e|quali sono|qual era|traduci|fornisci\\w{0,2})",
    prompt:
      "(?:prompt (?:di|del) sistema|(?:istruzioni|prompt) (?:di sistema|inizial[ie]|original[ie]|nascost[eo])|(?:tue|vostre) istruzioni)",
    secret: "(?:password|parola d'ordine|chiav[ei] (?:segret[ae]|privat[ae]|api)|credenziali|codice segreto)",
    ungated:
      "(?:senza (?:chiedere|attendere|alcuna |la |l'|mia )?.{0,20}(?:approvazione|autorizzazione|conferma|permesso)|(?:salta|aggira|disattiva|ignora)\\w{0,2} (?:\\w+ ){0,2}(?:l'approvazione|approvazion[ei]|i controlli di sicurezza|le regole di sicurezza))",
    becomes:
      "(?:ora|adesso|d'ora in poi|da ora in poi|da adesso),? (?:tu )?(?:sei|sarai|devi|agirai|rispond)|sei (?:ora|adesso) |fai finta (?:di|che)|fingi di",
  },
  {
    // Portuguese
    setAside:
      "(?:ignor[ae]\\w{0,3}|esque[c]a\\w{0,2}|desconsider\\w{1,3}|nao (?:siga|obedeca|cumpra|leve em conta)|descart[ae]\\w{0,2}|desrespeit\\w{1,2}|pule)",
    orders:
      "(?:instruc\\w{2,4}|diretri\\w{1,4}|prompt|orientac\\w{2,4}|comandos anteriores|ordens anteriores|regras (?:anterior|de seguranca)|suas regras|todas as regras)",
    allSaid: "tudo (?:o )?(?:que|acima|anterior)|o (?:que foi dito|texto acima)",
    asks: "(?:mostr[ae]\\w{0,2}|dig[ae]\\w{0,2}|diz|de-me|me de|revel[ae]\\w{0,2}|repit[ae]\\w{0,2}|qual (?:e|era)|quais sao|escrev[ae]\\w{0,2}|imprim[ae]\\w{0,2}|traduz[ai]?\\w{0,2}|forneca)",
    prompt:
      "(?:prompt (?:do|de) sistema|(?:instrucoes|prompt) (?:do sistema|inicia(?:l|is)|origina(?:l|is)|oculta?s?)|suas instrucoes|tuas instrucoes)",
    secret: "(?:senha|palavra-?passe|chaves? (?:secretas?|privadas?|(?:de )?api)|credenciais|codigo secreto)",
    ungated:
      "(?:sem (?:pedir|esperar|solicitar|a |nenhuma |minha )?.{0,20}(?:aprovacao|autorizacao|confirmacao|permissao)|(?:pule|ignore|contorne|desative) (?:\\w+ ){0,2}(?:aprovac\\w+|controles? de seguranca|regras de seguranca))",
    becomes:
      "(?:agora|a partir de agora|de agora em diante),? (?:voce|tu) (?:e|sera|es|deve|vai)|(?:voce|tu) (?:agora )?(?:e|es) agora|finja (?:que|ser)",
  },
  {
    // Dutch
    setAside: "(?:negeer\\w{0,2}|vergeet|sla .{0,20} over|overtreed|volg .{0,30} niet|houd geen rekening)",
    orders: "(?:instructie|aanwijzing|opdracht|richtlijn|prompt|je regels|uw regels|veiligheidsregels)",
    allSaid: "alles (?:wat|hierboven|van hierboven)|het bovenstaande|wat (?:hierboven|ik eerder)",
    asks: "(?:toon|laat|geef|vertel|zeg|herhaal|onthul|wat is|wat zijn|wat waren|schrijf|vertaal)",
    prompt:
      "(?:systeem-?prompt|(?:je|jouw|uw) (?:\\w+ )?(?:instructies|prompt|richtlijnen)|(?:oorspronkelijke|verborgen) (?:instructies|prompt))",
    secret: "(?:wachtwoord|geheime (?:sleutel|code)|inloggegevens|api-?sleutel)",
    ungated:
      "zonder .{0,25}(?:goedkeuring|toestemming|bevestiging)|(?:omzeil|negeer|sla) (?:\\w+ ){0,2}(?:goedkeuring\\w*|beveiligingsregels|veiligheidscontroles?)",
    becomes:
      "(?:je|jij|u) (?:bent|ben) (?:nu|vanaf nu|voortaan)|vanaf nu (?:ben|bent|moet|antwoord)|doe alsof (?:je|u)",
  },
  {
    // Polish, Czech, Slovak, Croatian
    setAside:
      "(?:z?ignoruj\\w{0,3}|zignorowac|zapomn\\w{1,3}|pomin\\w{0,2}|nie (?:stosuj|przestrzegaj|zwracaj uwagi)|zaboravi\\w{0,2}|zanemari\\w{0,2}|zapomen\\w{0,2}|nedodrzuj|zabudni\\w{0,2}|odrzuc)",
    orders:
      "(?:instrukc|polece[nc]|wskazowk|wytyczn|dyrektyw|prompt|pokyn|instruktaz|uput|naredb|zasad(?:y|ach)? bezpieczenstwa|swoje zasady|pravid)",
    allSaid: "wszystk\\w{1,3},? (?:co|powyzej)|vse,? co|sve (?:sto|ranije)|powyzsz",
    asks: "(?:pokaz\\w{0,2}|podaj|powiedz|ujawnij|powtorz|wypisz|jakie (?:jest|sa|byly)|jaki (?:jest|masz)|napisz|przetlumacz|ukaz|rekni|prozrad|kazi|otkrij|jake? je|koja je|reci)",
    prompt:
      "(?:prompt systemowy|promptu? systemow|systemov\\w{0,3} prompt|(?:twoj\\w{0,2}|swoj\\w{0,2}|sve|tvoje) (?:\\w+ )?(?:instrukc|prompt|wytyczn|upute|pokyny)|sistemski prompt)",
    secret: "(?:hasl[oa]|tajn\\w{1,2} (?:klucz|klic|kod)|klucz (?:api|prywatny)|hesl[oa]|lozink|zaporku?)",
    ungated:
      "bez (?:pytania|czekania|uzyskania|twojej|zgody|zatwierdzenia|potwierdzenia|schvaleni|odobrenja).{0,25}|(?:pomin|obejdz|wylacz) (?:\\w+ ){0,2}(?:zatwierdzan\\w*|zabezpieczen\\w*|zgod\\w)",
    becomes:
      "(?:jestes|bedziesz) (?:teraz|od teraz)|od teraz (?:jestes|bedziesz|odpowiada)|teraz jestes|udawaj,? ze|ted jsi|sada si",
  },
  {
    // Swedish, Danish, Norwegian
    setAside: "(?:ignorer\\w{0,1}|glom(?: bort)?|glem|bortse fran|se bort fra|strunta i|folj inte|folg ikke)",
    orders: "(?:instruktion|instrukser|anvisning|direktiv|prompt|riktlinj|retningslinj|sakerhetsregler)",
    allSaid: "allt? (?:som|du|ovan|ovenfor)|det ovanstaende",
    asks: "(?:visa|vis|ge|gi|beratta|fortael|upprepa|gentag|vad ar|hvad er|hva er|avsloja|skriv)",
    prompt: "(?:system-?prompt\\w{0,3}|dina instruktioner|dine instru\\w+)",
    secret: "(?:losenord|passord|adgangskode|hemlig\\w? (?:nyckel|kod))",
    ungated: "(?:utan|uden|uten) .{0,20}(?:godkannande|godkendelse|godkjenning|bekraftelse|tillatelse|tillstand)",
    becomes: "du (?:ar|er) (?:nu|na) (?:en|ett|et|dan)|fran och med nu (?:ar|ska) du|lat(?:sas|s) (?:som|att)",
  },
];
