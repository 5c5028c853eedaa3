import DICOMData
import Testing

@Suite("Dates")
struct DICOMDateTests {
    @Test("Both forms are read, with padding")
    func parsing() {
        let date = DICOMDate(year: 2024, month: 2, day: 29)
        #expect(date != nil)
        #expect(DICOMDate(parsing: "20240229") == date)
        #expect(DICOMDate(parsing: "2024.02.29") == date)
        #expect(DICOMDate(parsing: "20240229 ") == date)
        #expect(date?.description == "20240229")
        #expect(date?.formatted == "2024-02-29")
    }

    @Test(
        "What is not a date is none",
        arguments: [
            "", "2024", "202402", "20230229", "20241301", "20240001", "20240100", "00000101", "2024-02-29", "2024.0229",
            "202402.29", "20240229x", "２０２４0229", "99999999999999999999", "+0240229", "20240229\\",
        ]
    )
    func notDates(_ text: String) {
        #expect(DICOMDate(parsing: text) == nil)
    }

    @Test("Days are counted from 1970 and back over the whole range")
    func days() throws {
        #expect(DICOMDate(year: 1970, month: 1, day: 1)?.daysSince1970 == 0)
        #expect(DICOMDate(year: 2000, month: 3, day: 1)?.daysSince1970 == 11_017)
        #expect(DICOMDate(year: 1969, month: 12, day: 31)?.daysSince1970 == -1)
        let first = try #require(DICOMDate(year: 1, month: 1, day: 1))
        let last = try #require(DICOMDate(year: 9_999, month: 12, day: 31))
        var previous: DICOMDate?
        for days in stride(from: first.daysSince1970, through: last.daysSince1970, by: 61) {
            let date = DICOMDate(daysSince1970: days)
            #expect(date.daysSince1970 == days)
            #expect(DICOMDate(year: date.year, month: date.month, day: date.day) == date)
            if let previous { #expect(previous < date) }
            previous = date
        }
        #expect(last.adding(days: 1) == last)
        #expect(first.adding(days: .min) == first)
        #expect(last.adding(days: .max) == last)
    }

    @Test("Adding days crosses months and leap days, and weekdays follow")
    func adding() {
        let date = DICOMDate(parsing: "20240228")
        #expect(date?.adding(days: 1).description == "20240229")
        #expect(date?.adding(days: 2).description == "20240301")
        #expect(date?.adding(days: -59).description == "20231231")
        #expect(DICOMDate(parsing: "20240229")?.weekday == .thursday)
        #expect(DICOMDate(parsing: "19691231")?.weekday == .wednesday)
        #expect(DICOMDate(parsing: "00010101")?.weekday == .monday)
    }

    @Test("Today depends on the zone")
    func today() {
        // 2024-02-29 23:30:00 UTC
        let moment: Int64 = 1_709_249_400
        #expect(DICOMDate.today(unixSeconds: moment).description == "20240229")
        #expect(DICOMDate.today(unixSeconds: moment, utcOffsetSeconds: 3_600).description == "20240301")
        #expect(DICOMDate.today(unixSeconds: -1).description == "19691231")
        #expect(DICOMDate.today(unixSeconds: .max).description == "99991231")
        #expect(DICOMDate.today(unixSeconds: .min, utcOffsetSeconds: -1).description == "00010101")
        #expect(DICOMTime.now(unixSeconds: moment).description == "233000")
        #expect(DICOMTime.now(unixSeconds: -1, utcOffsetSeconds: 0).description == "235959")
    }
}

@Suite("Times")
struct DICOMTimeTests {
    @Test("Every precision is read and kept")
    func parsing() {
        for text in ["22", "2230", "223000", "223000.5", "223000.000001", "000000", "235959.999999", "235960"] {
            #expect(DICOMTime(parsing: text)?.description == text)
        }
        #expect(DICOMTime(parsing: "22:30:15.25")?.description == "223015.25")
        #expect(DICOMTime(parsing: "22:30")?.description == "2230")
        #expect(DICOMTime(parsing: "2230 ")?.formatted == "22:30")
    }

    @Test(
        "What is not a time is none",
        arguments: [
            "", "2", "223", "22300", "24", "2260", "223061", "223000.", "223000.1234567", "22.5", "22:3000", "2230:00",
            "-2230", "223000+0100", "aa",
        ]
    )
    func notTimes(_ text: String) {
        #expect(DICOMTime(parsing: text) == nil)
    }

    @Test("2230 means 223000, and lasts to the end of its minute")
    func meaning() throws {
        let short = try #require(DICOMTime(parsing: "2230"))
        let long = try #require(DICOMTime(parsing: "223000"))
        #expect(short != long)
        #expect(short.isEquivalent(to: long))
        #expect(short.interval == 81_000_000_000...81_059_999_999)
        #expect(long.interval == 81_000_000_000...81_000_999_999)
        #expect(DICOMTime(parsing: "223000.5")?.interval == 81_000_500_000...81_000_599_999)
        #expect(DICOMTime(parsing: "22")?.interval == 79_200_000_000...82_799_999_999)
        #expect(DICOMTime(parsing: "235960")?.endMicroseconds == 86_399_999_999)
    }
}

@Suite("Dates with times")
struct DICOMDateTimeTests {
    @Test("Every precision and offset is read and kept")
    func parsing() {
        for text in [
            "2024", "202402", "20240229", "2024022922", "202402292230", "20240229223015", "20240229223015.123456",
            "20240229223015+0100", "2024-0500", "20240229-1200", "20240229+1400",
        ] {
            #expect(DICOMDateTime(parsing: text)?.description == text)
        }
        #expect(DICOMDateTime(parsing: "20240229223015-0330")?.offsetMinutes == -210)
        #expect(DICOMDateTime(parsing: "20240229")?.date == DICOMDate(parsing: "20240229"))
        #expect(DICOMDateTime(parsing: "202402")?.date == nil)
    }

    @Test(
        "What is not a date and time is none",
        arguments: [
            "", "24", "202413", "20230229", "20240229+1", "20240229+0160", "20240229+1500", "20240229-1300",
            "2024.02.29",
            "20240229 2230", "20240229223015.", "20240229+0100x",
        ]
    )
    func invalid(_ text: String) {
        #expect(DICOMDateTime(parsing: text) == nil)
    }

    @Test("Moments are compared in UTC, with a default offset where none is written")
    func moments() throws {
        let utc = try #require(DICOMDateTime(parsing: "20240229223000+0000"))
        let west = try #require(DICOMDateTime(parsing: "20240229173000-0500"))
        let bare = try #require(DICOMDateTime(parsing: "202402292330"))
        #expect(utc.startMicroseconds() == 1_709_245_800_000_000)
        #expect(utc.startMicroseconds() == west.startMicroseconds(defaultOffsetMinutes: 600))
        #expect(bare.startMicroseconds(defaultOffsetMinutes: 60) == utc.startMicroseconds())
        #expect(bare.interval(defaultOffsetMinutes: .max).lowerBound < utc.startMicroseconds())
        let month = try #require(DICOMDateTime(parsing: "202402"))
        #expect(month.interval().count == 29 * 86_400_000_000)
    }
}

@Suite("Ranges")
struct ValueRangeTests {
    @Test(
        "Date ranges of all four forms contain their ends",
        arguments: [
            ("20240101-20240131", ["20240101", "20240115", "20240131"], ["20231231", "20240201"]),
            ("20240101-", ["20240101", "99991231"], ["20231231"]),
            ("-20240131", ["00010101", "20240131"], ["20240201"]),
            ("20240115", ["20240115"], ["20240114", "20240116"]),
            ("2024.01.01-2024.01.31", ["20240131"], ["20240201"]),
            ("20240101 - 20240131 ", ["20240131"], ["20240201"]),
            ("20240131-20240101", [], ["20240101", "20240115", "20240131"]),
        ]
    )
    func dates(text: String, inside: [String], outside: [String]) throws {
        let range = try #require(DateRange(parsing: text))
        for day in inside { #expect(range.contains(try #require(DICOMDate(parsing: day)))) }
        for day in outside { #expect(!range.contains(try #require(DICOMDate(parsing: day)))) }
        #expect(DateRange(parsing: range.description) == range)
        #expect(range.isReversed == inside.isEmpty)
    }

    @Test(
        "What is not a date range is none",
        arguments: ["", "-", "--", "20240101-x", "a-b", "20240101-20240102-", "*"]
    )
    func notDates(_ text: String) {
        #expect(DateRange(parsing: text) == nil)
    }

    @Test(
        "Time ranges contain what begins in them, the last minute whole",
        arguments: [
            ("2230", ["2230", "223000", "223000.000"], ["223001", "2229", "22"]),
            ("2200-2230", ["22", "2200", "223059.999999"], ["2231", "215959.999999"]),
            ("22-", ["22", "235960"], ["2159"]),
            ("-0700", ["00", "070059"], ["0701"]),
            ("0800-0700", [], ["0700", "0730", "0800"]),
        ]
    )
    func times(text: String, inside: [String], outside: [String]) throws {
        let range = try #require(TimeRange(parsing: text))
        for time in inside { #expect(range.contains(try #require(DICOMTime(parsing: time)))) }
        for time in outside { #expect(!range.contains(try #require(DICOMTime(parsing: time)))) }
        #expect(TimeRange(parsing: range.description) == range)
        #expect(range.isReversed == (range.interval == nil))
    }

    @Test("A hyphen in a date and time parts a range, or begins an offset where the range would be reversed")
    func hyphens() {
        let both = DateTimeRange(parsing: "2024-0500-2025-0600")
        #expect(both?.lower?.offsetMinutes == -300)
        #expect(both?.upper?.offsetMinutes == -360)
        #expect(both?.isSingle == false)
        let single = DateTimeRange(parsing: "20240101120000-0500")
        #expect(single?.isSingle == true)
        #expect(single?.lower?.offsetMinutes == -300)
        let open = DateTimeRange(parsing: "20240101-0500-")
        #expect(open?.lower?.offsetMinutes == -300)
        #expect(open?.upper == nil)
        let until = DateTimeRange(parsing: "-20240101-0500")
        #expect(until?.lower == nil)
        #expect(until?.upper?.offsetMinutes == -300)
        #expect(DateTimeRange(parsing: "20240101-20231231")?.isReversed == true)
        for text in ["", "-", "2024-x", "--", "2024-0500-2025-0600-"] { #expect(DateTimeRange(parsing: text) == nil) }
    }

    @Test("Ranges of dates and times compare moments")
    func dateTimes() throws {
        let range = try #require(DateTimeRange(parsing: "20240101-20240131"))
        #expect(range.contains(try #require(DICOMDateTime(parsing: "20240131235959.999999"))))
        #expect(!range.contains(try #require(DICOMDateTime(parsing: "20240131235959-0100"))))
        #expect(!range.contains(try #require(DICOMDateTime(parsing: "20231231"))))
        let single = try #require(DateTimeRange(parsing: "20240101"))
        #expect(single.contains(try #require(DICOMDateTime(parsing: "20240101000000"))))
        #expect(!single.contains(try #require(DICOMDateTime(parsing: "2024010101"))))
        #expect(single.contains(try #require(DICOMDateTime(parsing: "2023123123+0000")), defaultOffsetMinutes: 60))
    }
}

@Suite("Dates and times, any text")
struct DateTimePropertyTests {
    @Test("Whatever parses is written in a form that parses to the same, and nothing traps")
    func anyText() {
        let alphabet = Array("0123456789012345678900112-+.: ")
        var state: UInt64 = 1
        func random(below bound: Int) -> Int {
            // Constants of Knuth's MMIX generator; the same texts in every run.
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        var parsed = 0
        for round in 0..<30_000 {
            // Half of the texts begin like a date, so that many parse.
            var text = round % 2 == 0 ? "20240" : ""
            for _ in 0..<random(below: 14) { text.append(alphabet[random(below: alphabet.count)]) }
            if let date = DICOMDate(parsing: text) {
                parsed += 1
                #expect(DICOMDate(parsing: date.description) == date)
            }
            if let time = DICOMTime(parsing: text) {
                parsed += 1
                #expect(DICOMTime(parsing: time.description) == time)
                #expect((0..<86_400_000_000).contains(time.endMicroseconds))
            }
            if let moment = DICOMDateTime(parsing: text) {
                parsed += 1
                #expect(DICOMDateTime(parsing: moment.description) == moment)
                #expect(moment.interval(defaultOffsetMinutes: .min).count > 0)
            }
            if let range = DateRange(parsing: text) { #expect(DateRange(parsing: range.description) == range) }
            if let range = TimeRange(parsing: text) { #expect(TimeRange(parsing: range.description) == range) }
            if let range = DateTimeRange(parsing: text) {
                parsed += 1
                #expect(DateTimeRange(parsing: range.description) == range)
            }
        }
        #expect(parsed > 1_000)
    }
}
