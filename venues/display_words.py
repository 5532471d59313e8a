"""What a display says, in the languages of posters: visitors read it, whatever language its manager speaks.

Not in the catalogues of the portal's pages, which exist in two languages only. ``{…}`` is filled in by the display itself.
"""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, kw_only=True)
class Words:
    headline: str
    how: str
    check_code: str
    renews_at: str
    picture: str
    fetching: str
    no_code: str
    no_code_text: str
    no_network: str
    wrong_clock: str
    switched_off: str
    switched_off_text: str
    staff: str
    staff_text: str
    full_screen: str

    def with_application(self, name: str) -> dict[str, str]:
        """All sentences by name, with the name of the country's phone application."""
        return {key: sentence.replace("{application}", name) for key, sentence in asdict(self).items()}


LANGUAGES = {
    "fr": "Français",
    "en": "English",
    "de": "Deutsch",
    "es": "Español",
    "it": "Italiano",
    "nl": "Nederlands",
    "pt": "Português",
    "ar": "العربية",
}
RIGHT_TO_LEFT = frozenset({"ar"})
WORDS = {
    "fr": Words(
        headline="Scannez ce code en arrivant",
        how="Avec {application} ou l’appareil photo de votre téléphone, à chaque visite.",
        check_code="Code de contrôle",
        renews_at="Change à {time}",
        picture="Code QR à scanner avec {application} ou avec l’appareil photo d’un téléphone",
        fetching="Le code arrive…",
        no_code="Pas de code en ce moment",
        no_code_text="Cet écran n’a plus de réseau. Utilisez le code imprimé ou le registre ; l’écran reprendra de lui-même.",
        no_network="Sans réseau depuis {since}. Les codes suffisent jusqu’à {until}.",
        wrong_clock="L’horloge de cet appareil est fausse. Le code est bon malgré tout.",
        switched_off="Cet écran est désactivé",
        switched_off_text="Demandez un nouveau lien à la personne qui gère le lieu.",
        staff="Réservé au personnel",
        staff_text="Les visiteurs ne doivent pas scanner ce code.",
        full_screen="Plein écran",
    ),
    "en": Words(
        headline="Scan this code when you arrive",
        how="With {application} or the camera of your phone, each time you come.",
        check_code="Check code",
        renews_at="Changes at {time}",
        picture="QR code to scan with {application} or with the camera of a phone",
        fetching="The code is coming…",
        no_code="No code at the moment",
        no_code_text="This screen has no network. Use the printed code or the register; the screen will recover by itself.",
        no_network="No network since {since}. There are codes until {until}.",
        wrong_clock="The clock of this device is wrong. The code is right all the same.",
        switched_off="This display is switched off",
        switched_off_text="Ask the person who manages the place for a new link.",
        staff="For staff only",
        staff_text="Visitors must not scan this code.",
        full_screen="Full screen",
    ),
    "de": Words(
        headline="Scannen Sie diesen Code bei Ihrer Ankunft",
        how="Mit {application} oder der Kamera Ihres Telefons, bei jedem Besuch.",
        check_code="Prüfcode",
        renews_at="Wechselt um {time}",
        picture="QR-Code zum Scannen mit {application} oder mit der Kamera eines Telefons",
        fetching="Der Code wird geladen…",
        no_code="Zurzeit kein Code",
        no_code_text="Dieser Bildschirm hat kein Netz. Nutzen Sie den gedruckten Code oder die Liste; es geht von selbst weiter.",
        no_network="Kein Netz seit {since}. Die Codes reichen bis {until}.",
        wrong_clock="Die Uhr dieses Geräts geht falsch. Der Code stimmt trotzdem.",
        switched_off="Diese Anzeige ist abgeschaltet",
        switched_off_text="Bitten Sie die Person, die den Ort verwaltet, um einen neuen Link.",
        staff="Nur für das Personal",
        staff_text="Gäste dürfen diesen Code nicht scannen.",
        full_screen="Vollbild",
    ),
    "es": Words(
        headline="Escanee este código al llegar",
        how="Con {application} o la cámara de su teléfono, en cada visita.",
        check_code="Código de control",
        renews_at="Cambia a las {time}",
        picture="Código QR para escanear con {application} o con la cámara de un teléfono",
        fetching="El código está llegando…",
        no_code="No hay código en este momento",
        no_code_text="Esta pantalla no tiene red. Use el código impreso o el registro; la pantalla se recuperará sola.",
        no_network="Sin red desde las {since}. Hay códigos hasta las {until}.",
        wrong_clock="El reloj de este aparato está mal. El código es correcto de todos modos.",
        switched_off="Esta pantalla está desactivada",
        switched_off_text="Pida un nuevo enlace a la persona que gestiona el lugar.",
        staff="Solo para el personal",
        staff_text="Los visitantes no deben escanear este código.",
        full_screen="Pantalla completa",
    ),
    "it": Words(
        headline="Inquadrate questo codice all’arrivo",
        how="Con {application} o la fotocamera del telefono, a ogni visita.",
        check_code="Codice di controllo",
        renews_at="Cambia alle {time}",
        picture="Codice QR da inquadrare con {application} o con la fotocamera di un telefono",
        fetching="Il codice sta arrivando…",
        no_code="Nessun codice in questo momento",
        no_code_text="Questo schermo è senza rete. Usate il codice stampato o il registro; lo schermo riprenderà da solo.",
        no_network="Senza rete dalle {since}. I codici bastano fino alle {until}.",
        wrong_clock="L’orologio di questo dispositivo è sbagliato. Il codice è comunque giusto.",
        switched_off="Questo schermo è disattivato",
        switched_off_text="Chiedete un nuovo link alla persona che gestisce il luogo.",
        staff="Riservato al personale",
        staff_text="I visitatori non devono inquadrare questo codice.",
        full_screen="Schermo intero",
    ),
    "nl": Words(
        headline="Scan deze code bij aankomst",
        how="Met {application} of de camera van uw telefoon, bij elk bezoek.",
        check_code="Controlecode",
        renews_at="Verandert om {time}",
        picture="QR-code om te scannen met {application} of met de camera van een telefoon",
        fetching="De code komt eraan…",
        no_code="Op dit moment geen code",
        no_code_text="Dit scherm heeft geen netwerk. Gebruik de gedrukte code of het register; het scherm herstelt zich vanzelf.",
        no_network="Geen netwerk sinds {since}. Er zijn codes tot {until}.",
        wrong_clock="De klok van dit apparaat loopt verkeerd. De code klopt toch.",
        switched_off="Dit scherm is uitgeschakeld",
        switched_off_text="Vraag de beheerder van de locatie om een nieuwe link.",
        staff="Alleen voor personeel",
        staff_text="Bezoekers mogen deze code niet scannen.",
        full_screen="Volledig scherm",
    ),
    "pt": Words(
        headline="Digitalize este código ao chegar",
        how="Com {application} ou a câmara do seu telemóvel, em cada visita.",
        check_code="Código de controlo",
        renews_at="Muda às {time}",
        picture="Código QR para digitalizar com {application} ou com a câmara de um telemóvel",
        fetching="O código está a chegar…",
        no_code="Sem código neste momento",
        no_code_text="Este ecrã está sem rede. Use o código impresso ou o registo; o ecrã recupera sozinho.",
        no_network="Sem rede desde as {since}. Há códigos até às {until}.",
        wrong_clock="O relógio deste aparelho está errado. O código está certo mesmo assim.",
        switched_off="Este ecrã está desativado",
        switched_off_text="Peça uma nova ligação à pessoa que gere o local.",
        staff="Reservado ao pessoal",
        staff_text="Os visitantes não devem digitalizar este código.",
        full_screen="Ecrã inteiro",
    ),
    "ar": Words(
        headline="امسح هذا الرمز عند وصولك",
        how="باستخدام {application} أو كاميرا هاتفك، في كل زيارة.",
        check_code="رمز التحقق",
        renews_at="يتغيّر في {time}",
        picture="رمز QR للمسح باستخدام {application} أو كاميرا الهاتف",
        fetching="الرمز في الطريق…",
        no_code="لا يوجد رمز في الوقت الحالي",
        no_code_text="هذه الشاشة غير متصلة بالشبكة. استخدم الرمز المطبوع أو السجل؛ ستعود الشاشة إلى العمل من تلقاء نفسها.",
        no_network="لا توجد شبكة منذ {since}. الرموز متوفرة حتى {until}.",
        wrong_clock="ساعة هذا الجهاز غير صحيحة. الرمز صحيح رغم ذلك.",
        switched_off="هذه الشاشة متوقفة",
        switched_off_text="اطلب رابطًا جديدًا من الشخص الذي يدير المكان.",
        staff="للموظفين فقط",
        staff_text="يجب ألا يمسح الزوار هذا الرمز.",
        full_screen="ملء الشاشة",
    ),
}
