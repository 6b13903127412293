extension CompletionScript {
  /// The script for zsh 5.8 and later; it stands in a folder of `fpath`, or is sourced.
  var zsh: String {
    let program = table.program
    let marks: KeyValuePairs = [
      "@handed": zshHandedOn, "@branches": zshBranches, "@globals": zshGlobals,
    ]
    return """
      #compdef \(program)
      # Completion of \(program) for zsh, printed by: \(program) completion zsh
      \(branches.map { zshFunction($0) }.joined(separator: "\n"))
      \(filled(zshMachinery, marks))
      """
  }

  /// Completes what may follow the words of one branch.
  private func zshFunction(_ branch: Branch) -> String {
    let words = branch.next.map { zshWord($0) }.joined(separator: "\n        ")
    let cases = branch.next.map { next in
      "        \(next.word))\n\(zshCase(branch.words + [next.word]))\n          ;;"
    }
    return """

      \(zshName(branch.words))() {
        local curcontext=$curcontext state state_descr line
        local -a next
        typeset -A opt_args
        _arguments -S -C -A '-*' $\(function)_globals ': :->word' '*:: :->rest' && return
        case $state in
          word)
            next=(
              \(words)
            )
            _describe -t commands command next
            ;;
          rest)
            case $words[1] in
      \(cases.joined(separator: "\n"))
            esac
            ;;
        esac
      }
      """
  }

  private func zshName(_ words: [String]) -> String {
    "_\(function)_words" + words.map { "_" + $0.replacing("-", with: "_") }.joined()
  }

  private func zshCase(_ words: [String]) -> String {
    if branches.contains(where: { $0.words == words }) { return "          \(zshName(words))" }
    guard let command = table.commands.first(where: { $0.words == words }) else { return "" }
    let others = globals(beside: command)
    let isUsual = others.count == globals(beside: nil).count
    let options = (command.options + (isUsual ? [] : others)).flatMap { zshOption($0) }
    let operands = command.operands.enumerated().map { zshOperand($1, at: $0) }
    let place = filePlace(of: command).map { String($0 + 1) } ?? ""
    let call = "          _arguments -S" + (isUsual ? " $\(function)_globals" : "")
    return "          \(function)_file=\(place)\n"
      + ([call] + (options + operands).map { "            " + quoted($0) })
      .joined(separator: " \\\n")
  }

  private var zshGlobals: String {
    globals(beside: nil).flatMap { zshOption($0) }.map { "    " + quoted($0) }
      .joined(separator: "\n")
  }

  private func zshWord(_ next: (word: String, summary: String)) -> String {
    quoted("\(next.word.replacing(":", with: "\\:")):\(next.summary)")
  }

  /// One specification for each spelling; each rules the other out.
  private func zshOption(_ option: Option) -> [String] {
    let names = spellings(option)
    let others = names.count > 1 ? "(\(names.joined(separator: " ")))" : ""
    return names.map { name in
      let help = "[\(zshText(option.help))]"
      guard let placeholder = option.value else { return others + name + help }
      let mark = name.hasPrefix("--") ? "=" : ""
      return others + name + mark + help
        + ":\(zshText(placeholder)):\(zshAction(wanted(option)))"
    }
  }

  private func zshOperand(_ operand: Operand, at place: Int) -> String {
    let head =
      switch operand.count {
      case .one: "\(place + 1):"
      case .optional: "\(place + 1)::"
      case .oneOrMore, .any: "*:"
      }
    return "\(head)\(zshText(operand.name)):\(zshAction(wanted(operand)))"
  }

  private func zshAction(_ wanted: Wanted) -> String {
    switch wanted {
    case .nothing: ""
    case .oneOf(let words): "(\(words.joined(separator: " ")))"
    case .value(.files): "_files"
    case .value(.folders): "_files -/"
    case .value(.commands): "_\(function)_commands"
    case .value(.live(let name)): "_\(function)_live \(name)"
    case .value(.anything): " "
    }
  }

  /// A text with the marks of `_arguments` escaped.
  private func zshText(_ text: String) -> String {
    text.reduce(into: "") { escaped, character in
      if "\\[]:".contains(character) { escaped.append("\\") }
      escaped.append(character)
    }
  }

  private var zshHandedOn: String {
    handedOn.map { option in
      let names = spellings(option).joined(separator: "|")
      return """
            \(names)) (( place + 1 < CURRENT )) && handed[\(option.name)]=$words[place+1] ;;
            \(option.name)=*) handed[\(option.name)]=${words[place]#*=} ;;
        """
    }.joined(separator: "\n")
  }

  private var zshBranches: String {
    branches.map { branch in
      "    \(quoted(branch.name))) next=(\(branch.next.map(\.word).joined(separator: " "))) ;;"
    }.joined(separator: "\n")
  }

  private var zshMachinery: String {
    #"""

    # Asks the program for values; the last argument names them.
    @function_live() {
      local -a found
      local program=${${(Q)@main_program}/#\~\//$HOME/} file key
      local -A handed=("${(@kv)@main_handed}")
      (( $+commands[$program] )) || [[ -x $program ]] || program=@program
      for key in ${(k)handed}; do handed[$key]=${${(Q)handed[$key]}/#\~\//$HOME/}; done
      if [[ -n $@main_file ]]; then
        file=${${(Q)line[@main_file]}/#\~\//$HOME/}
        [[ -e $file ]] && handed[@operand]=$file
      fi
      found=(${(f)"$("$program" @words $@[-1] "${(@kv)handed}" 2>/dev/null </dev/null)"})
      compadd "${@[1,-2]}" -a found
    }

    # The words of commands, one after the other, as operands.
    @function_commands() {
      local -a next
      case "${(j: :)${(@)words[2,CURRENT-1]:#-*}}" in
    @branches
      esac
      compadd "$@" -a next
    }

    @main() {
      local @main_program=$words[1] @main_file= place
      local -a @main_globals=(
    @globals
      )
      local -A @main_handed
      local -A handed
      for (( place = 2; place < CURRENT; place++ )); do
        case $words[place] in
    @handed
        esac
      done
      @main_handed=("${(@kv)handed}")
      @function_words
    }

    if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
      @main "$@"
    else
      compdef @main @program
    fi
    """#
  }
}
