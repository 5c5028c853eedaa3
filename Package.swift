// swift-tools-version: 6.2
import PackageDescription

// One set of rules for every target: Swift 6 language mode, and a warning is an error.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "worklist",
    products: [
        .executable(name: "worklist", targets: ["worklist"]),
        .library(name: "DICOMData", targets: ["DICOMData"]),
        .library(name: "DICOMMatching", targets: ["DICOMMatching"]),
        .library(name: "DICOMProtocol", targets: ["DICOMProtocol"]),
        .library(name: "DICOMNetwork", targets: ["DICOMNetwork"]),
        .library(name: "DICOMNetworkTLS", targets: ["DICOMNetworkTLS"]),
        .library(name: "WorklistServer", targets: ["WorklistServer"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: [
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .target(
            name: "DICOMData",
            dependencies: ["CZlib"],
            exclude: ["Dictionary/generate_dictionary.py"],
            swiftSettings: strict
        ),
        .target(name: "DICOMMatching", dependencies: ["DICOMData"], swiftSettings: strict),
        .target(name: "DICOMProtocol", dependencies: ["DICOMData"], swiftSettings: strict),
        .target(
            name: "DICOMNetwork",
            dependencies: [
                "DICOMProtocol", "DICOMData",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "DICOMNetworkTLS",
            dependencies: [
                "DICOMNetwork", "DICOMProtocol", "DICOMData",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "WorklistServer",
            dependencies: [
                "DICOMMatching", "DICOMNetwork", "DICOMProtocol", "DICOMData",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .systemLibrary(name: "CNcurses", providers: [.apt(["libncurses-dev"])]),
        .target(
            name: "Terminal",
            dependencies: ["CNcurses", .product(name: "TOMLKit", package: "TOMLKit")],
            // A link to the themes folder: its files are what is built in.
            resources: [.embedInCode("Theme/BuiltIn")],
            swiftSettings: strict
        ),
        .target(
            name: "WorklistBrowser",
            dependencies: ["Terminal", "DICOMMatching", "DICOMProtocol", "DICOMData"],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "worklist",
            dependencies: [
                "WorklistBrowser", "WorklistServer", "Terminal", "DICOMNetworkTLS", "DICOMNetwork", "DICOMProtocol",
                "DICOMMatching", "DICOMData",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "TOMLKit", package: "TOMLKit"),
            ],
            swiftSettings: strict
        ),
        .testTarget(name: "DICOMDataTests", dependencies: ["DICOMData"], swiftSettings: strict),
        .testTarget(name: "DICOMMatchingTests", dependencies: ["DICOMMatching", "DICOMData"], swiftSettings: strict),
        .testTarget(name: "DICOMProtocolTests", dependencies: ["DICOMProtocol", "DICOMData"], swiftSettings: strict),
        .testTarget(
            name: "DICOMNetworkTests",
            dependencies: [
                "DICOMNetwork", "DICOMProtocol", "DICOMData",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
            ],
            exclude: ["Contract/ROWS.md"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "DICOMNetworkTLSTests",
            dependencies: [
                "DICOMNetworkTLS", "DICOMNetwork", "DICOMProtocol", "DICOMData",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
            ],
            exclude: ["Certificates"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "TerminalTests",
            dependencies: ["Terminal", "CNcurses", .product(name: "TOMLKit", package: "TOMLKit")],
            swiftSettings: strict
        ),
        .testTarget(
            name: "WorklistServerTests",
            dependencies: ["WorklistServer", "DICOMMatching", "DICOMData"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "WorklistBrowserTests",
            dependencies: ["WorklistBrowser", "Terminal", "DICOMMatching", "DICOMProtocol", "DICOMData"],
            exclude: ["Goldens"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "InteroperabilityTests",
            dependencies: [
                "DICOMNetworkTLS", "DICOMNetwork", "DICOMProtocol", "DICOMMatching", "DICOMData", "WorklistServer",
            ],
            exclude: ["Peers"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "CommandTests",
            dependencies: [
                "worklist", "WorklistBrowser", "Terminal", "DICOMMatching", "DICOMData",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            exclude: ["Pictures"],
            swiftSettings: strict
        ),
        // The two programs of the documentation, and the tests that it tells the truth.
        .executableTarget(
            name: "QueryClient",
            dependencies: ["DICOMNetwork", "DICOMProtocol", "DICOMMatching", "DICOMData"],
            path: "Tests/ExamplePrograms/QueryClient",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "QueryServer",
            dependencies: ["DICOMNetwork", "DICOMProtocol", "DICOMMatching", "DICOMData"],
            path: "Tests/ExamplePrograms/QueryServer",
            swiftSettings: strict
        ),
        .testTarget(
            name: "DocumentationTests",
            dependencies: [
                "DICOMNetworkTLS", "DICOMNetwork", "DICOMProtocol", "DICOMMatching", "DICOMData", "QueryClient",
                "QueryServer",
            ],
            exclude: ["Tools"],
            swiftSettings: strict
        ),
        // What `make bench` asks and is asked by, beside the peers of others.
        .executableTarget(
            name: "benchmark-peer",
            dependencies: ["DICOMNetwork", "DICOMProtocol", "DICOMData"],
            path: "Tests/Benchmarks/BenchmarkPeer",
            swiftSettings: strict
        ),
    ],
    swiftLanguageModes: [.v6]
)
