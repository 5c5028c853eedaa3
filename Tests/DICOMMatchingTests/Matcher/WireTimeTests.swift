import DICOMData
import Testing

@testable import DICOMMatching

@Suite("Dates and times read from bytes")
struct WireTimeTests {
    private func digits(_ random: inout Random, alphabet: String, upTo length: Int) -> String {
        let letters = Array(alphabet)
        return String(
            (0..<Int(random.next() % UInt64(length + 1))).map { _ in letters[Int(random.next() % UInt64(letters.count))]
            }
        )
    }

    @Test("Dates read as DICOMDate reads them")
    func dates() {
        var random = Random(state: 1)
        for _ in 0..<6_000 {
            let text = digits(&random, alphabet: "0011223.9", upTo: 10)
            let expected = DICOMDate(parsing: text).map { $0.year * 10_000 + $0.month * 100 + $0.day }
            #expect(WireDate.value(text.utf8) == expected, "\(text)")
        }
        for text in ["20260228", "20260229", "20240229", "19000229", "20000229", "20261301", "20260431", "2026.02.28"] {
            let expected = DICOMDate(parsing: text).map { $0.year * 10_000 + $0.month * 100 + $0.day }
            #expect(WireDate.value(text.utf8) == expected, "\(text)")
        }
    }

    @Test("Times read as DICOMTime reads them")
    func times() {
        var random = Random(state: 2)
        for _ in 0..<6_000 {
            let text = digits(&random, alphabet: "00112235.:6", upTo: 13)
            let expected = DICOMTime(parsing: text)
            let value = WireTime.value(text.utf8)
            #expect(value?.first == expected.map { Int($0.startMicroseconds) }, "\(text)")
            #expect(value?.last == expected.map { Int($0.endMicroseconds) }, "\(text)")
        }
    }

    @Test("Date-times order across offsets and precisions")
    func dateTimes() throws {
        func value(_ text: String) throws -> (first: Int, last: Int) {
            try #require(WireDateTime.value(text.utf8), "\(text)")
        }
        let firsts = [
            ("20260921120000+0200", "20260921100000+0000"), ("20260921120000-0330", "20260921153000+0000"),
            ("2026", "20260101"),
        ]
        for (a, b) in firsts {
            let (left, right) = (try value(a), try value(b))
            #expect(left.first == right.first, "\(a)")
        }
        for (a, b) in [("2026", "20261231"), ("202602", "20260228235959.999999")] {
            let (left, right) = (try value(a), try value(b))
            #expect(left.last == right.last, "\(a)")
        }
        for text in ["", "202", "20261", "202613", "20260230", "2026092125", "20260921+02", "20260921+1500"] {
            #expect(WireDateTime.value(text.utf8) == nil, "\(text)")
        }
        let range = try #require(WireDateTime.range("20260921-20260922".utf8))
        let noon = try value("202609221200")
        #expect(range.isRange && range.contains(noon.first))
        let open = try #require(WireDateTime.range("20260921120000-0330-".utf8))
        #expect(open.upper == nil)
        let offset = try value("20260921120000-0330")
        #expect(open.lower == offset.first)
    }
}
