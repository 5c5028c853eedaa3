/// Makes names comparable: case and accents fall away (PS3.4 C.2.2.2.1.1 leaves that to the implementation for PN).
enum NameFolding {
    /// The text in lower case and without accents. Letters that are letters of their own, such as ø, fold to what people type.
    static func fold(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.lowercased() }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if scalar.value < 0x250 {
                result.append(contentsOf: latin[Int(scalar.value)])
            } else {
                append(scalar, to: &result)
            }
        }
        return String(result)
    }

    /// The first letters of Unicode, folded beforehand: most names have no others.
    private static let latin: [[Unicode.Scalar]] = (0..<0x250).map { (value: UInt32) in
        var folded = String.UnicodeScalarView()
        if let scalar = Unicode.Scalar(value) { append(scalar, to: &folded) }
        return Array(folded)
    }

    private static func append(_ scalar: Unicode.Scalar, to result: inout String.UnicodeScalarView) {
        for lower in scalar.properties.lowercaseMapping.unicodeScalars {
            switch lower {
            // Combining accents, Hebrew points, Arabic vowel signs and the Arabic stretching mark.
            case "\u{300}"..."\u{36F}", "\u{591}"..."\u{5BD}", "\u{5BF}", "\u{5C1}", "\u{5C2}", "\u{5C4}",
                "\u{5C5}",
                "\u{5C7}", "\u{640}", "\u{64B}"..."\u{655}", "\u{670}":
                continue
            // A syllable is the letters it is made of, and a voiced kana its base and the mark, as some write them.
            case "\u{AC00}"..."\u{D7A3}": appendJamo(of: lower, to: &result)
            case "が"..."ぽ", "ガ"..."ポ", "ゔ", "ヴ", "ヷ"..."ヺ", "ゞ", "ヾ": appendKana(lower, to: &result)
            case "ß": result.append(contentsOf: "ss".unicodeScalars)
            case "æ", "ǣ", "ǽ": result.append(contentsOf: "ae".unicodeScalars)
            case "œ": result.append(contentsOf: "oe".unicodeScalars)
            case "þ": result.append(contentsOf: "th".unicodeScalars)
            // Full-width forms stand for the ASCII letters.
            case "\u{FF01}"..."\u{FF5E}":
                result.append(Unicode.Scalar(lower.value - 0xFEE0) ?? lower)
            case "\u{3000}", "\u{A0}": result.append(" ")
            case "\u{F900}"..."\u{FAD9}": result.append(ideograph(of: lower))
            default: result.append(bases[lower] ?? lower)
            }
        }
    }

    private static func appendJamo(of syllable: Unicode.Scalar, to result: inout String.UnicodeScalarView) {
        let index = syllable.value - 0xAC00
        let tail = index % 28
        for value in [0x1100 + index / 588, 0x1161 + index % 588 / 28] + (tail == 0 ? [] : [0x11A7 + tail]) {
            if let jamo = Unicode.Scalar(value) { result.append(jamo) }
        }
    }

    /// Hiragana and katakana stand in the same order, 0x60 apart.
    private static func appendKana(_ kana: Unicode.Scalar, to result: inout String.UnicodeScalarView) {
        let value = kana.value
        let offset = value >= 0x30A0 ? value - 0x60 : value
        // Distance to the letter without its mark, and the mark: か to ち have it behind each, from つ on one place further.
        let (distance, mark): (UInt32, Unicode.Scalar?) =
            switch offset {
            case 0x304C...0x3062 where offset.isMultiple(of: 2): (1, "\u{3099}")
            case 0x3065...0x3069 where !offset.isMultiple(of: 2): (1, "\u{3099}")
            case 0x3070...0x307D where offset % 3 == 0x3070 % 3: (1, "\u{3099}")
            case 0x3070...0x307D where offset % 3 == 0x3071 % 3: (2, "\u{309A}")
            case 0x3094: (0x4E, "\u{3099}")
            case 0x3097...0x309A: (8, "\u{3099}")
            case 0x309E: (1, "\u{3099}")
            default: (0, nil)
            }
        result.append(Unicode.Scalar(value - distance) ?? kana)
        if let mark { result.append(mark) }
    }

    private static func ideograph(of duplicate: Unicode.Scalar) -> Unicode.Scalar {
        let index = Int(duplicate.value) - 0xF900
        guard ideographs.indices.contains(index), ideographs[index] != "〇" else { return duplicate }
        return ideographs[index]
    }

    /// Ideographs that other character sets have twice, U+F900 and up; `〇` where the letter is one of its own.
    private static let ideographs: [Unicode.Scalar] = StaticLines(duplicates).flatMap { Array($0.unicodeScalars) }

    private static let duplicates: StaticString = """
        豈更車賈滑串句龜龜契金喇奈懶癩羅蘿螺裸邏樂洛烙珞落酪駱亂卵欄爛蘭鸞嵐濫藍襤拉臘蠟廊朗浪狼郎來冷勞擄櫓爐盧老蘆虜路
        露魯鷺碌祿綠菉錄鹿論壟弄籠聾牢磊賂雷壘屢樓淚漏累縷陋勒肋凜凌稜綾菱陵讀拏樂諾丹寧怒率異北磻便復不泌數索參塞省葉說
        殺辰沈拾若掠略亮兩凉梁糧良諒量勵呂女廬旅濾礪閭驪麗黎力曆歷轢年憐戀撚漣煉璉秊練聯輦蓮連鍊列劣咽烈裂說廉念捻殮簾獵
        令囹寧嶺怜玲瑩羚聆鈴零靈領例禮醴隸惡了僚寮尿料樂燎療蓼遼龍暈阮劉杻柳流溜琉留硫紐類六戮陸倫崙淪輪律慄栗率隆利吏履
        易李梨泥理痢罹裏裡里離匿溺吝燐璘藺隣鱗麟林淋臨立笠粒狀炙識什茶刺切度拓糖宅洞暴輻行降見廓兀嗀〇〇塚〇晴〇〇凞猪益
        礼神祥福靖精羽〇蘒〇諸〇〇逸都〇〇〇飯飼館鶴郞隷侮僧免勉勤卑喝嘆器塀墨層屮悔慨憎懲敏既暑梅海渚漢煮爫琢碑社祉祈祐
        祖祝禍禎穀突節練縉繁署者臭艹艹著褐視謁謹賓贈辶逸難響頻恵𤋮舘〇〇並况全侀充冀勇勺喝啕喙嗢塚墳奄奔婢嬨廒廙彩徭惘慎
        愈憎慠懲戴揄搜摒敖晴朗望杖歹殺流滛滋漢瀞煮瞧爵犯猪瑱甆画瘝瘟益盛直睊着磌窱節类絛練缾者荒華蝹襁覆視調諸請謁諾諭謹
        變贈輸遲醙鉶陼難靖韛響頋頻鬒龜𢡊𢡄𣏕㮝䀘䀹𥉉𥳐𧻓齃龎
        """

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
        اآأإ
        وؤ
        يئ
        """
}
