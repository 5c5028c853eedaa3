import Terminal

/// A screen or dialog on top of the list.
enum Overlay: Sendable {
    case builder(BuilderScreen)
    case detail(DetailScreen)
    case connect(ConnectForm)
    case error(ErrorDialog)
    case help(HelpDialog)
    case sortMenu(SortMenu)
    case palette(PaletteDialog)
    case confirm(ConfirmDialog)
    case servers(ServerMenu)

    /// Takes the whole screen below the title bar; what is under it is not drawn.
    var isFullScreen: Bool {
        switch self {
        case .builder, .connect, .detail: true
        case .error, .help, .sortMenu, .palette, .confirm, .servers: false
        }
    }

    var component: any Component {
        switch self {
        case .builder(let screen): screen
        case .detail(let screen): screen
        case .connect(let form): form
        case .error(let dialog): dialog
        case .help(let dialog): dialog
        case .sortMenu(let menu): menu
        case .palette(let dialog): dialog
        case .confirm(let dialog): dialog
        case .servers(let menu): menu
        }
    }

    mutating func perform(_ command: Command, _ surroundings: Surroundings) -> [Intent] {
        change { $0.perform(command, surroundings) }
    }

    mutating func insert(_ text: String, _ surroundings: Surroundings) -> [Intent] {
        change { $0.insert(text, surroundings) }
    }

    private mutating func change(_ body: (inout any Component) -> [Intent]) -> [Intent] {
        func apply<C: Component>(_ component: inout C) -> [Intent] {
            var any: any Component = component
            let intents = body(&any)
            if let changed = any as? C { component = changed }
            return intents
        }
        let intents: [Intent]
        switch self {
        case .builder(var screen):
            intents = apply(&screen)
            self = .builder(screen)
        case .detail(var screen):
            intents = apply(&screen)
            self = .detail(screen)
        case .connect(var form):
            intents = apply(&form)
            self = .connect(form)
        case .error(var dialog):
            intents = apply(&dialog)
            self = .error(dialog)
        case .help(var dialog):
            intents = apply(&dialog)
            self = .help(dialog)
        case .sortMenu(var menu):
            intents = apply(&menu)
            self = .sortMenu(menu)
        case .palette(var dialog):
            intents = apply(&dialog)
            self = .palette(dialog)
        case .confirm(var dialog):
            intents = apply(&dialog)
            self = .confirm(dialog)
        case .servers(var menu):
            intents = apply(&menu)
            self = .servers(menu)
        }
        return intents
    }
}
