/// Makes names comparable: case and accents fall away (PS3.4 C.2.2.2.1.1 leaves that to the implementation for PN).
enum NameFolding {
    /// The text in lower case and without accents. Letters that are letters of their own, such as ø, fold to what people type.
    static func fold(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.lowercased() }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            for lower in scalar.properties.lowercaseMapping.unicodeScalars {
                switch lower {
                // Combining accents, Hebrew points, Arabic vowel signs and the Arabic stretching mark.
                case "\u{300}"..."\u{36F}", "\u{591}"..."\u{5BD}", "\u{5BF}", "\u{5C1}", "\u{5C2}", "\u{5C4}",
                    "\u{5C5}",
                    "\u{5C7}", "\u{640}", "\u{64B}"..."\u{652}", "\u{670}":
                    continue
                case "ß": result.append(contentsOf: "ss".unicodeScalars)
                case "æ", "ǣ", "ǽ": result.append(contentsOf: "ae".unicodeScalars)
                case "œ": result.append(contentsOf: "oe".unicodeScalars)
                case "þ": result.append(contentsOf: "th".unicodeScalars)
                // Full-width forms stand for the ASCII letters.
                case "\u{FF01}"..."\u{FF5E}":
                    result.append(Unicode.Scalar(lower.value - 0xFEE0) ?? lower)
                case "\u{3000}", "\u{A0}": result.append(" ")
                default: result.append(bases[lower] ?? lower)
                }
            }
        }
        return String(result)
    }

    /// Each accented letter and the letter under its accent.
    private static let bases: [Unicode.Scalar: Unicode.Scalar] = {
        var bases: [Unicode.Scalar: Unicode.Scalar] = [:]
        for line in StaticLines(letters) {
            guard let base = line.unicodeScalars.first else { continue }
            for variant in line.unicodeScalars.dropFirst() { bases[variant] = base }
        }
        return bases
    }()

    /// A line: the letter, then the letters that are it with an accent. Latin, Greek and Cyrillic, lower case.
    private static let letters: StaticString = """
        aàáâãäåāăąǎǟǡǻȁȃȧḁạảấầẩẫậắằẳẵặ
        bḃḅḇƀ
        cçćĉċčḉ
        dďḋḍḏḑḓđð
        eèéêëēĕėęěȅȇȩḕḗḙḛḝẹẻẽếềểễệ
        fḟ
        gĝğġģǧǵḡǥ
        hĥȟḣḥḧḩḫẖħ
        iìíîïĩīĭįǐȉȋḭḯỉịı
        jĵǰ
        kķǩḱḳḵĸ
        lĺļľḷḹḻḽł
        mḿṁṃ
        nñńņňǹṅṇṉṋŋ
        oòóôõöōŏőơǒǫǭȍȏȫȭȯȱṍṏṑṓọỏốồổỗộớờởỡợøǿ
        pṕṗ
        rŕŗřȑȓṙṛṝṟ
        sśŝşšșṡṣṥṧṩſẛ
        tţťțṫṭṯṱẗŧ
        uùúûüũūŭůűųưǔǖǘǚǜȕȗṳṵṷṹṻụủứừửữự
        vṽṿ
        wŵẁẃẅẇẉẘ
        xẋẍ
        yýÿŷȳẏẙỳỵỷỹ
        zźżžẑẓẕ
        ʒǯ
        αάἀἁἂἃἄἅἆἇὰάᾀᾁᾂᾃᾄᾅᾆᾇᾰᾱᾲᾳᾴᾶᾷ
        εέἐἑἒἓἔἕὲέ
        ηήἠἡἢἣἤἥἦἧὴήᾐᾑᾒᾓᾔᾕᾖᾗῂῃῄῆῇ
        ιΐίϊἰἱἲἳἴἵἶἷὶίῐῑῒΐῖῗ
        οόὀὁὂὃὄὅὸό
        ρῤῥ
        σς
        υΰϋύὐὑὒὓὔὕὖὗὺύῠῡῢΰῦῧ
        ωώὠὡὢὣὤὥὦὧὼώᾠᾡᾢᾣᾤᾥᾦᾧῲῳῴῶῷ
        аӑӓ
        гѓ
        еѐёӗ
        жӂӝ
        зӟ
        ийѝӣӥ
        кќ
        оӧ
        уўӯӱӳ
        чӵ
        ыӹ
        эӭ
        ії
        ѵѷ
        әӛ
        өӫ
        """
}
