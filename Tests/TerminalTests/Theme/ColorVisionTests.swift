import Glibc
import Testing

@testable import Terminal

/// How colours look to eyes that lack one kind of cones: G. M. Machado, M. M. Oliveira, L. A. F. Fernandes, "A
/// Physiologically-based Model for Simulation of Color Vision Deficiency", IEEE TVCG 15(6), 2009; severity 1.
enum ColorVision: String, CaseIterable {
    case full, protanopia, deuteranopia, tritanopia

    private var matrix: [[Double]] {
        switch self {
        case .full: [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
        case .protanopia:
            [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
        case .deuteranopia:
            [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
        case .tritanopia:
            [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
        }
    }

    /// CIE L*a*b* of a colour as such eyes see it.
    func lab(_ color: Color) -> [Double]? {
        guard let (red, green, blue) = color.components else { return nil }
        let light = [red, green, blue].map { Contrast.linear[Int($0)] }
        let seen = matrix.map { row in min(1, max(0, zip(row, light).map(*).reduce(0, +))) }
        func scaled(_ row: [Double], _ white: Double) -> Double {
            let value = zip(row, seen).map(*).reduce(0, +) / white
            return value > 216.0 / 24_389 ? cbrt(value) : (24_389.0 / 27 * value + 16) / 116
        }
        // sRGB to XYZ, white of D65.
        let xyz: [Double] = [
            scaled([0.4124564, 0.3575761, 0.1804375], 0.95047),
            scaled([0.2126729, 0.7151522, 0.0721750], 1),
            scaled([0.0193339, 0.1191920, 0.9503041], 1.08883),
        ]
        return [116 * xyz[1] - 16, 500 * (xyz[0] - xyz[1]), 200 * (xyz[1] - xyz[2])]
    }

    func difference(_ one: Color, _ other: Color) -> Double? {
        guard let first = lab(one), let second = lab(other) else { return nil }
        return Self.deltaE2000(first, second)
    }

    /// CIEDE2000 (Sharma, Wu, Dalal, 2005): about 1 is just seen side by side; 10 is another colour at a glance.
    static func deltaE2000(_ first: [Double], _ second: [Double]) -> Double {
        let radians = Double.pi / 180
        let mean = (hypot(first[1], first[2]) + hypot(second[1], second[2])) / 2
        let stretch = 1 + 0.5 * (1 - sqrt(pow(mean, 7) / (pow(mean, 7) + pow(25, 7))))
        let (a1, a2) = (first[1] * stretch, second[1] * stretch)
        let (c1, c2) = (hypot(a1, first[2]), hypot(a2, second[2]))
        func hue(_ b: Double, _ a: Double) -> Double {
            if a == 0, b == 0 { return 0 }
            let degrees = atan2(b, a) / radians
            return degrees < 0 ? degrees + 360 : degrees
        }
        let (h1, h2) = (hue(first[2], a1), hue(second[2], a2))
        let lightness = second[0] - first[0]
        let chroma = c2 - c1
        var turn = c1 * c2 == 0 ? 0 : h2 - h1
        if turn > 180 { turn -= 360 } else if turn < -180 { turn += 360 }
        let hueDifference = 2 * sqrt(c1 * c2) * sin(turn / 2 * radians)
        let meanL = (first[0] + second[0]) / 2
        let meanC = (c1 + c2) / 2
        var meanH = h1 + h2
        if c1 * c2 != 0 {
            meanH = abs(h1 - h2) <= 180 ? (h1 + h2) / 2 : h1 + h2 < 360 ? (h1 + h2 + 360) / 2 : (h1 + h2 - 360) / 2
        }
        let t1 = 0.17 * cos((meanH - 30) * radians)
        let t2 = 0.24 * cos(2 * meanH * radians)
        let t3 = 0.32 * cos((3 * meanH + 6) * radians)
        let t4 = 0.20 * cos((4 * meanH - 63) * radians)
        let t = 1 - t1 + t2 + t3 - t4
        let sl = 1 + 0.015 * pow(meanL - 50, 2) / sqrt(20 + pow(meanL - 50, 2))
        let sc = 1 + 0.045 * meanC
        let sh = 1 + 0.015 * meanC * t
        let rotation = 60 * exp(-pow((meanH - 275) / 25, 2))
        let rt = -2 * sqrt(pow(meanC, 7) / (pow(meanC, 7) + pow(25, 7))) * sin(rotation * radians)
        let (dl, dc, dh) = (lightness / sl, chroma / sc, hueDifference / sh)
        return sqrt(dl * dl + dc * dc + dh * dh + rt * dc * dh)
    }
}

@Suite("Colour vision")
struct ColorVisionTests {
    private static let states = ["scheduled", "arrived", "ready", "started", "departed", "completed", "discontinued"]

    /// Seen as another colour at a glance, in a letter of text.
    private static let apart = 9.0

    @Test(
        "the states of a step differ for the eyes a theme is for",
        arguments: [
            ("deuteranopia", [ColorVision.full, .deuteranopia, .protanopia]), ("tritanopia", [.full, .tritanopia]),
            ("dark", [.full]), ("light", [.full]), ("high-contrast", [.full]),
        ],
        [ColorDepth.trueColor, .indexed256]
    )
    func states(theme: (name: String, eyes: [ColorVision]), depth: ColorDepth) throws {
        let drawn = try ThemeLibrary().theme(named: theme.name, depth: depth)
        let ground = drawn.ground
        let colors = Self.states.map { drawn.style("table.status.\($0)").over(ground).foreground }
        for eyes in theme.eyes {
            for first in colors.indices {
                for second in colors.indices where second > first {
                    let difference = try #require(eyes.difference(colors[first], colors[second]))
                    #expect(
                        difference >= Self.apart,
                        "\(eyes): \(Self.states[first]) and \(Self.states[second]): \(difference)"
                    )
                }
            }
        }
    }

    @Test("what is good, doubtful and bad differs for them too", arguments: ["deuteranopia", "tritanopia"])
    func alarms(name: String) throws {
        let theme = try ThemeLibrary().theme(named: name)
        let eyes: [ColorVision] = name == "tritanopia" ? [.tritanopia] : [.deuteranopia, .protanopia]
        let scopes = ["ui.ok", "ui.warning", "ui.error"]
        for eyes in eyes {
            for first in scopes.indices {
                for second in scopes.indices where second > first {
                    let (one, other) = (theme.style(scopes[first]).foreground, theme.style(scopes[second]).foreground)
                    let difference = try #require(eyes.difference(one, other))
                    #expect(difference >= Self.apart, "\(eyes): \(scopes[first]), \(scopes[second]): \(difference)")
                }
            }
        }
    }

    @Test("the simulation makes alike what such eyes confuse, and leaves the rest")
    func simulation() throws {
        let (red, green) = (Color.rgb(0xB0, 0x60, 0x30), Color.rgb(0x70, 0x78, 0x2A))
        #expect(try #require(ColorVision.full.difference(red, green)) > 30)
        #expect(try #require(ColorVision.deuteranopia.difference(red, green)) < 12)
        let (blue, yellow) = (Color.rgb(0x56, 0xB4, 0xE9), Color.rgb(0xF0, 0xE4, 0x42))
        #expect(try #require(ColorVision.deuteranopia.difference(blue, yellow)) > 30)
        for eyes in ColorVision.allCases {
            let grey = try #require(eyes.lab(.rgb(128, 128, 128)))
            #expect(abs(grey[1]) < 1.5 && abs(grey[2]) < 1.5, "\(eyes): grey stays grey")
        }
    }

    /// From the test data of the paper.
    @Test(
        "differences are those of CIEDE2000",
        arguments: [
            ([50, 2.6772, -79.7751], [50, 0, -82.7485], 2.0425), ([50, -1, 2], [50, 0, 0], 2.3669),
            ([50, 2.5, 0], [73, 25, -18], 27.1492), ([50, 2.5, 0], [50, 3.1736, 0.5854], 1.0),
            ([2.0776, 0.0795, -1.1350], [0.9033, -0.0636, -0.5514], 0.9082),
        ]
    )
    func deltaE(first: [Double], second: [Double], expected: Double) {
        #expect(abs(ColorVision.deltaE2000(first, second) - expected) < 0.0001)
    }
}
