import DICOMMatching
import Glibc
import WorklistBrowser

/// The time of day, with the local offset.
enum WallClock {
    static func now() -> Moment {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        var seconds = time.tv_sec
        var local = tm()
        localtime_r(&seconds, &local)
        return Moment(
            microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000,
            utcOffset: Int(local.tm_gmtoff)
        )
    }
}
