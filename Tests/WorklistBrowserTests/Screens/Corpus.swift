import DICOMData
import DICOMMatching
import Terminal

@testable import WorklistBrowser

/// Synthetic worklists in one script each: what every screen is drawn with.
enum Corpus: String, CaseIterable, Sendable {
    case latin, cjk, arabic, hebrew, thai, combining, hostile

    /// Patients' names, as Patient's Name (0010,0010) has them.
    var names: [String] {
        switch self {
        case .latin:
            [
                "NGUYEN^Thi Lan", "SMITH^Anna", "SMITH^Anna^M", "MÜLLER^Jörg", "O'CONNOR^Brid", "DUBOIS^Élodie",
                "VAN DER BERG-HOOGSTRATEN^Wilhelmina Johanna", "ANDERSSON^Åke", "TEMP^Emergency 7",
            ]
        case .cjk:
            [
                "YAMADA^Tarou=山田^太郎=やまだ^たろう", "KIM^Minjun=金^民俊=김^민준", "=王^小东", "=歐陽^娜娜", "=髙橋^ﾀﾛｳ",
                "=𠮷野^家", "=ｽｽﾞｷ^ハナコ=すずき^はなこ", "=" + String(repeating: "龍", count: 60) + "^太郎",
            ]
        case .arabic: ["محمد^علي", "فاطمة^الزهراء", "عبد الرحمن^خالد ١٢", "لآل^مُحَمَّد", "KARIMI^Reza=کریمی^رضا"]
        case .hebrew: ["כהן^דוד", "לוי^שָׂרָה", "מזרחי^יוסף 12 (א)", "LEVI^Sara=לוי^שרה"]
        case .thai: ["สมชาย^ใจดี", "วันเพ็ญ^ศรีสุข", "กำลัง^ที่นี่", "น้ำ^ผึ้ง", "SUDA^Kanya=สุดา^กัญญา"]
        case .combining:
            [
                "Nguye\u{302}\u{303}n^Thi\u{323}", "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}^A\u{30A}ke",
                "क्षत्रिय^श्री", "ஸ்ரீ^கோ", "👩‍👩‍👧‍👦^🇩🇪👍🏽", "\u{301}^\u{302}", "각^한",
            ]
        case .hostile:
            [
                "SMITH\u{1B}[2J\u{1B}]0;owned\u{07}^AN\u{9B}31mNA", "\u{202E}HTIMS^ANNA\u{202C}",
                "SMI\u{200B}TH^AN\u{FEFF}NA",
                "ONE\nTWO\r\nTHREE\u{2028}^FOUR\u{85}", "\u{2066}A\u{2069}\u{200F}^B\u{200E}\u{0}\u{8}\u{7F}",
                String(repeating: "X", count: 10_000) + "^Long", String(repeating: "山", count: 3_000) + "^長",
                Hostile.unassigned + "^" + Hostile.unassigned, "*?^'`$(reboot)",
            ]
        }
    }

    var ids: [String] {
        switch self {
        case .latin: ["00481516", "00220147", "00391022", "E2609217"]
        case .cjk: ["00501188", "患者-00017", "Ｐ００１２"]
        case .arabic: ["00510044", "م-٠٠١٧", "A-12"]
        case .hebrew: ["00610044", "ת-0017", "H-12"]
        case .thai: ["00710044", "ผป-๐๐๑๗", "T-12"]
        case .combining: ["00810044", "é-0017", "K\u{327}-12"]
        case .hostile:
            [
                "1\u{1B}[8m2", "\u{202E}7100\u{202C}", "00\u{200B}17", "A\nB", String(repeating: "9", count: 64),
                "\u{9C}0017\u{90}",
            ]
        }
    }

    var procedures: [String] {
        switch self {
        case .latin: ["CT Thorax + contrast", "CT Head", "CT Facial bones, high resolution", "CT Angio aorta"]
        case .cjk: ["胸部CT検査（造影あり）", "두부 CT", "头部平扫", "CT Head"]
        case .arabic: ["تصوير مقطعي للصدر", "CT رأس", "CT Head"]
        case .hebrew: ["טומוגרפיה של החזה", "CT ראש", "CT Head"]
        case .thai: ["เอกซเรย์คอมพิวเตอร์ทรวงอก", "ซีที สมอง", "CT Head"]
        case .combining: ["Cra\u{302}ne Tho\u{302}rax", "सीटी स्कैन", "CT Head"]
        case .hostile: ["CT\u{1B}[31m Head", "CT\u{202E}daeH", "CT\tHe\nad", String(repeating: "ab ", count: 400)]
        }
    }

    /// What a user types in this script: for fields, filters and names.
    var typed: String {
        switch self {
        case .latin: "müller"
        case .cjk: "山田^太郎"
        case .arabic: "محمد"
        case .hebrew: "כהן"
        case .thai: "กำลัง"
        case .combining: "e\u{301}क्ष"
        case .hostile: "a\u{1B}[2J\u{202E}b\u{200B}\u{9B}"
        }
    }

    /// What peers and files say in this script: names of servers, error comments.
    var said: String {
        switch self {
        case .latin: "RIS-PROD"
        case .cjk: "病院RIS"
        case .arabic: "نظام"
        case .hebrew: "מערכת"
        case .thai: "ระบบ"
        case .combining: "Pra\u{302}xis"
        case .hostile: "RIS\u{1B}[31m\u{202E}\u{9B}\n!"
        }
    }

    /// A server of that name.
    var server: ServerProfile {
        var server = Sample.server
        server.name = said
        return server
    }

    private static let states = [
        "ARRIVED", "SCHEDULED", "READY", "STARTED", "DEPARTED", "COMPLETED", "DISCONTINUED", "", "SCHEDULED",
    ]

    /// Fourteen steps of a morning; the last ones have what is missing, undeclared or damaged.
    var steps: [Sample.Step] {
        var steps = (0..<12).map { number in
            Sample.Step(
                name: names[number % names.count],
                id: ids[number % ids.count] + (number < ids.count ? "" : "-\(number)"),
                born: number == 8 ? "" : "\(1938 + number * 7)\(["0102", "1130", "0721"][number % 3])",
                sex: ["F", "M", "O"][number % 3],
                accession: number == 9
                    ? "" : self == .hostile && number == 1 ? "26\u{1B}c\u{202E}01" : "26-0047\(10 + number)",
                procedure: procedures[number % procedures.count],
                time: "\(["08", "09", "10", "11"][number / 3])\(["00", "15", "40"][number % 3])00",
                status: Self.states[number % Self.states.count],
                priority: number == 0 ? "STAT" : number == 5 ? "HIGH" : "ROUTINE",
                issuer: number == 1 ? "HOSP-A" : "",
                study: "1.2.826.0.1.3680043.9.7.\(number)",
                step: "SPS-\(number)"
            )
        }
        steps.append(raw)
        steps.append(
            Sample.Step(
                name: "",
                id: "",
                born: "19550403",
                sex: "",
                accession: "26-004790",
                time: "114500",
                step: "SPS-13"
            )
        )
        return steps
    }

    /// A step whose name is bytes of a set that is not declared, or that breaks the one that is.
    private var raw: Sample.Step {
        let (bytes, set): ([UInt8], SpecificCharacterSet?) =
            switch self {
            case .latin: (Array("M".utf8) + [0xFC] + Array("LLER^Uwe".utf8), nil)
            case .cjk:
                // Code extensions: 山田^太郎 by ISO 2022 IR 87.
                (
                    Array("Yamada^Tarou=\u{1B}$B;3ED\u{1B}(B^\u{1B}$BB@O:\u{1B}(B".utf8),
                    SpecificCharacterSet(terms: ["", "ISO 2022 IR 87"])
                )
            case .arabic:
                ([0xE5, 0xCD, 0xE5, 0xCF, 0x5E, 0xD9, 0xE4, 0xEA], SpecificCharacterSet(terms: ["ISO_IR 127"]))
            case .hebrew: ([0xEB, 0xE4, 0xEF, 0x5E, 0xE3, 0xE5, 0xE3], SpecificCharacterSet(terms: ["ISO_IR 138"]))
            case .thai: ([0xCA, 0xC1, 0xAA, 0xD2, 0xC2, 0x5E, 0xE3, 0xA8], SpecificCharacterSet(terms: ["ISO_IR 166"]))
            case .combining: (Array("Ha\u{308}".utf8) + [0xCC] + Array("^B".utf8), .utf8)
            case .hostile:
                // A lone surrogate, half a character, an escape sequence that never ends, and one of no set.
                ([0xED, 0xA0, 0x80, 0x41, 0xE5, 0xB1, 0x5E, 0x1B, 0x24, 0x42, 0x3B, 0x1B, 0x28, 0x7A, 0xC3], .utf8)
            }
        return Sample.Step(
            id: "00512009",
            born: "19550403",
            sex: "M",
            accession: "26-004744",
            procedure: "CT Head",
            time: "113000",
            step: "SPS-12",
            characterSet: set,
            rawName: bytes
        )
    }
}
