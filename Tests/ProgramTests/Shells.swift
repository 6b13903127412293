import Foundation

/// A shell that is asked, as a person asks it with the tab key, what may follow a line.
enum Shell: String, CaseIterable {
  case bash, zsh, fish

  /// The file by which a shell is told of completions, below a desk.
  private var scriptName: String {
    switch self {
    case .bash: "completion.bash"
    case .zsh: "_coterie"
    case .fish: "completion.fish"
    }
  }

  /// What the shell offers after each line, without what only this shell adds to it.
  ///
  /// The shell runs in the folder `place` below the desk.
  func offers(_ lines: [String], at desk: Desk, in place: String) throws -> [String: Set<String>] {
    let script = desk.path(scriptName)
    _ = try desk.coterie("completion", rawValue, "-o", script)
    let driver = desk.path("driver.\(rawValue)")
    try self.driver.write(toFile: driver, atomically: true, encoding: .utf8)
    let run = try desk.run(
      "/usr/bin/timeout",
      ["120", rawValue] + flags + [driver, script] + lines,
      in: place
    )
    var found: [String: Set<String>] = [:]
    var line = ""
    for text in run.output.split(whereSeparator: \.isNewline).map(String.init) {
      if text.hasPrefix("line:") {
        line = String(text.dropFirst(5))
        found[line] = []
      } else if text.hasPrefix("offer:") {
        let offer = text.dropFirst(6).prefix { $0 != "\t" }
        let value = offer.firstIndex(of: "=").map { offer[offer.index(after: $0)...] } ?? offer
        found[line]?.insert(value.hasSuffix("/") ? String(value.dropLast()) : String(value))
      }
    }
    return found
  }

  private var flags: [String] {
    switch self {
    case .bash: ["--norc"]
    case .zsh: ["-f"]
    case .fish: ["--no-config"]
    }
  }

  /// A program for the shell that prints what it offers after each of some lines.
  private var driver: String {
    switch self {
    case .bash: Self.bashDriver
    case .zsh: Self.zshDriver
    case .fish: Self.fishDriver
    }
  }

  /// Calls the function as bash does, which breaks words at "=" too.
  private static let bashDriver = #"""
    source "$1"
    shift
    for line in "$@"; do
      read -ra COMP_WORDS <<<"${line//=/ = }"
      [[ $line == *[\ ] ]] && COMP_WORDS+=('')
      COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
      _coterie
      printf 'line:%s\n' "$line"
      ((${#COMPREPLY[@]})) && printf 'offer:%s\n' "${COMPREPLY[@]}"
    done
    [[ $(complete -p coterie) == 'complete -F _coterie coterie' ]]
    """#

  /// Types each line into a zsh of its own on a terminal of its own, whose matches are printed.
  private static let zshDriver = #"""
    zmodload zsh/zpty
    script=$1
    shift
    zpty shell 'TERM=dumb zsh -f -i'
    zpty -w shell "fpath=(${(q)script:h} \$fpath); autoload -Uz compinit; compinit -u -D; PS1="
    zpty -w shell '
    compadd() {
      if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then builtin compadd "$@"; return; fi
      local -a hits
      builtin compadd -A hits "$@"
      local hit
      for hit in $hits; do print -r -- "offer:$hit"; done
      builtin compadd "$@"
    }
    show() { print; _main_complete "$@"; compstate[insert]=; compstate[list]= }
    finish() { print "do""ne"; zle kill-whole-line }
    zle -C show complete-word show
    zle -N finish
    bindkey "^I" show
    bindkey "^T" finish
    print "rea""dy"'
    zpty -r shell text '*ready*'
    for line in "$@"; do
      zpty -n -w shell "$line"$'\t\C-t'
      zpty -r shell text '*done*'
      print -r -- "line:$line"
      print -r -- "$text" | tr -d '\r' | grep -a '^offer:'
    done
    zpty -d shell
    """#

  private static let fishDriver = #"""
    source $argv[1]
    for line in $argv[2..-1]
        echo "line:$line"
        complete -C $line | string replace -r '^' offer:
    end
    """#
}
