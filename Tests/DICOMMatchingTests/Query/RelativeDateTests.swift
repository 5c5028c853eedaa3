import DICOMData
import DICOMMatching
import Testing

private let table = """
    # VR | typed | sent (= is untouched); now is Monday 2026-09-21 14:32:07
    DA | today | 20260921
    DA | Today | 20260921
    DA | yesterday | 20260920
    DA | tomorrow | 20260922
    DA | -7d | 20260914
    DA | +3d | 20260924
    DA | +2w | 20261005
    DA | -21d | 20260831
    DA | +102d | 20270101
    DA | week | 20260921-20260927
    DA | -7d..today | 20260914-20260921
    DA | today.. | 20260921-
    DA | ..today | -20260921
    DA | yesterday..+3d | 20260920-20260924
    DA | 20260901..today | 20260901-20260921
    DA | week.. | 20260921-
    DA | ..week | -20260927
    DA | 2026-09-21 | 20260921
    DA | 2026-09-01..2026-09-21 | 20260901-20260921
    DA | 20260921 | =
    DA | 20260901-20260921 | =
    DA | 20260921- | =
    DA | -20260921 | =
    DA | 2026.09.21 | =
    DA | 2026-02-30 | =
    DA | .. | =
    DA | soon | =
    DA | now | =
    DA | -d | =
    DA | +3h | =
    TM | now | 143207
    TM | now.. | 143207-
    TM | ..now | -143207
    TM | now..1800 | 143207-1800
    TM | -2h | 123207
    TM | -30m..+30m | 140207-150207
    TM | -20h | 000000
    TM | +20h | 235959
    TM | 1300- | =
    TM | 143000 | =
    TM | today | =
    DT | now | 20260921143207
    DT | today | 20260921
    DT | -7d..now | 20260914-20260921143207
    DT | 20260921 | =
    LO | today | =
    """

@Suite("Relative dates and times")
struct RelativeDateTests {
    @Test("Every form becomes its DICOM value, and DICOM values stay")
    func forms() throws {
        for row in lines(table) {
            let vr = try #require(VR(parsing: row[0]))
            let expected: String? = row[2] == "=" ? nil : row[2]
            #expect(RelativeDate.resolve(row[1], vr: vr, now: moment) == expected, "\(row)")
            #expect(RelativeDate.isRelative(row[1], vr: vr) == (expected != nil), "\(row)")
        }
    }

    @Test("The week runs from Monday to Sunday on any day of it")
    func week() throws {
        for day in 0..<7 {
            let now = QueryMoment(date: moment.date.adding(days: day))
            #expect(RelativeDate.resolve("week", vr: .DA, now: now) == "20260921-20260927")
        }
        #expect(
            RelativeDate.resolve("week", vr: .DA, now: QueryMoment(date: moment.date.adding(days: 7)))
                == "20260928-20261004"
        )
    }
}
