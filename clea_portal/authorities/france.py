"""France as anybody may set it up in one press: public lists of departments and of types of establishments open to the public.

The region of a contact message is one byte. Departments 1 to 95 are their own number. The others get one that can be worked out:
Corsica is what postal codes begin with (2A: 201, 2B: 202; 20 stays free, for whoever had one region there before), and overseas
the first digit 9 becomes 1 (971: 171, 988: 188).
"""

_MAINLAND = (
    "1 Ain,2 Aisne,3 Allier,4 Alpes-de-Haute-Provence,5 Hautes-Alpes,6 Alpes-Maritimes,7 Ardèche,8 Ardennes,9 Ariège,"
    "10 Aube,11 Aude,12 Aveyron,13 Bouches-du-Rhône,14 Calvados,15 Cantal,16 Charente,17 Charente-Maritime,18 Cher,"
    "19 Corrèze,21 Côte-d’Or,22 Côtes-d’Armor,23 Creuse,24 Dordogne,25 Doubs,26 Drôme,27 Eure,28 Eure-et-Loir,29 Finistère,"
    "30 Gard,31 Haute-Garonne,32 Gers,33 Gironde,34 Hérault,35 Ille-et-Vilaine,36 Indre,37 Indre-et-Loire,38 Isère,39 Jura,"
    "40 Landes,41 Loir-et-Cher,42 Loire,43 Haute-Loire,44 Loire-Atlantique,45 Loiret,46 Lot,47 Lot-et-Garonne,48 Lozère,"
    "49 Maine-et-Loire,50 Manche,51 Marne,52 Haute-Marne,53 Mayenne,54 Meurthe-et-Moselle,55 Meuse,56 Morbihan,57 Moselle,"
    "58 Nièvre,59 Nord,60 Oise,61 Orne,62 Pas-de-Calais,63 Puy-de-Dôme,64 Pyrénées-Atlantiques,65 Hautes-Pyrénées,"
    "66 Pyrénées-Orientales,67 Bas-Rhin,68 Haut-Rhin,69 Rhône,70 Haute-Saône,71 Saône-et-Loire,72 Sarthe,73 Savoie,"
    "74 Haute-Savoie,75 Paris,76 Seine-Maritime,77 Seine-et-Marne,78 Yvelines,79 Deux-Sèvres,80 Somme,81 Tarn,"
    "82 Tarn-et-Garonne,83 Var,84 Vaucluse,85 Vendée,86 Vienne,87 Haute-Vienne,88 Vosges,89 Yonne,90 Territoire de Belfort,"
    "91 Essonne,92 Hauts-de-Seine,93 Seine-Saint-Denis,94 Val-de-Marne,95 Val-d’Oise"
)
_OTHERS = (
    "2A Corse-du-Sud,2B Haute-Corse,971 Guadeloupe,972 Martinique,973 Guyane,974 La Réunion,975 Saint-Pierre-et-Miquelon,"
    "976 Mayotte,977 Saint-Barthélemy,978 Saint-Martin,986 Wallis-et-Futuna,987 Polynésie française,988 Nouvelle-Calédonie"
)
# The hours of its places outside Europe; the main zone is Europe/Paris.
OVERSEAS_TIME_ZONES = [
    "America/Guadeloupe",
    "America/Martinique",
    "America/Cayenne",
    "America/St_Barthelemy",
    "America/Marigot",
    "America/Miquelon",
    "Indian/Reunion",
    "Indian/Mayotte",
    "Pacific/Noumea",
    "Pacific/Wallis",
    "Pacific/Tahiti",
    "Pacific/Marquesas",
    "Pacific/Gambier",
]
_CORSICA = {"2A": 201, "2B": 202}


def region_number(code: str) -> int | None:
    """The byte of a department, by the code that everybody knows it by ("38", "2A", "971"); None for anything else."""
    code = code.strip().upper()
    if code in _CORSICA:
        return _CORSICA[code]
    if not code.isascii() or not code.isdigit():
        return None
    number = int(code)
    if 1 <= number <= 95 and number != 20:
        return number
    return number - 800 if 970 < number < 990 else None


def _departments() -> list[tuple[int, str]]:
    found = []
    for entry in f"{_MAINLAND},{_OTHERS}".split(","):
        code, name = entry.split(" ", 1)
        number = region_number(code)
        assert number is not None
        found.append((number, name if str(number) == code else f"{name} ({code})"))
    return found


# Number and name; the name says the code where the number is another one.
DEPARTMENTS = _departments()

# Number (venueType), letters, French label, English label; in the order in which lists show them.
VENUE_TYPES = [
    (1, "N", "Restaurant, bar, café", "Restaurant, bar, café"),
    (2, "P", "Salle de danse, salle de jeux", "Night club, games hall"),
    (3, "X", "Salle de sport, piscine couverte", "Indoor sports, swimming pool"),
    (4, "L", "Salle de spectacle, de conférence, polyvalente", "Theatre, conference or multi-purpose hall"),
    (5, "O", "Hôtel, pension", "Hotel, guest house"),
    (6, "M", "Magasin, centre commercial", "Shop, shopping centre"),
    (7, "V", "Lieu de culte", "Place of worship"),
    (8, "R", "École, crèche, centre de loisirs", "School, nursery, holiday centre"),
    (9, "S", "Bibliothèque, centre de documentation", "Library, archive"),
    (10, "T", "Salle d’exposition, foire", "Exhibition hall, fair"),
    (11, "U", "Établissement de soins", "Health care facility"),
    (12, "J", "Accueil de personnes âgées ou handicapées", "Home for elderly or disabled people"),
    (13, "W", "Administration, banque, bureau", "Public office, bank, office"),
    (14, "Y", "Musée", "Museum"),
    (15, "PA", "Établissement de plein air", "Open-air facility"),
    (16, "CTS", "Chapiteau, tente", "Marquee, tent"),
    (17, "SG", "Structure gonflable", "Inflatable structure"),
    (18, "PS", "Parc de stationnement couvert", "Covered car park"),
    (19, "GA", "Gare", "Railway station"),
    (20, "OA", "Hôtel-restaurant d’altitude", "Mountain hotel or restaurant"),
    (21, "EF", "Établissement flottant", "Floating establishment"),
    (22, "REF", "Refuge de montagne", "Mountain refuge"),
    (23, "", "Transport (train, car, bateau)", "Transport (train, coach, boat)"),
    (24, "", "Fête privée, mariage", "Private party, wedding"),
    (0, "", "Autre lieu", "Other place"),
]

# Level (venueCategory1 or venueCategory2), number, French label, English label.
VENUE_CATEGORIES = [
    (1, 0, "Non précisé", "Not specified"),
    (1, 1, "Plus de 1 500 personnes", "More than 1,500 people"),
    (1, 2, "701 à 1 500 personnes", "701 to 1,500 people"),
    (1, 3, "301 à 700 personnes", "301 to 700 people"),
    (1, 4, "Jusqu’à 300 personnes", "Up to 300 people"),
    (1, 5, "Petit établissement", "Small establishment"),
    (2, 0, "Non précisé", "Not specified"),
    (2, 1, "Moins de 50 m²", "Less than 50 m²"),
    (2, 2, "50 à 200 m²", "50 to 200 m²"),
    (2, 3, "200 à 1 000 m²", "200 to 1,000 m²"),
    (2, 4, "Plus de 1 000 m²", "More than 1,000 m²"),
]
