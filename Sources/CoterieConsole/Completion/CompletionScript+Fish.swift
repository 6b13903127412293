extension CompletionScript {
  /// The script for fish 3.1 and later.
  var fish: String {
    let program = table.program
    let nexts = branches.map { branch in
      let words = branch.next.map { "\(fishQuoted($0.word)) \(fishQuoted($0.summary))" }
      return "        case \(fishQuoted(branch.name))\n            printf '%s\\t%s\\n' "
        + words.joined(separator: " ")
    }
    return """
      # Completion of \(program) for fish, printed by: \(program) completion fish

      # The words that may follow some words of a command, each with a line about it.
      function _\(function)_next --argument-names words
          switch "$words"
      \(nexts.joined(separator: "\n"))
          end
      end

      # Whether an option of a command takes a value.
      function _\(function)_takes --argument-names words option
          contains -- "$words/$option" \(fishTaking(table.commands))
          or contains -- "$option" \(fishTaking(table.globals))
      end
      \(filled(fishMachinery, ["@handed": fishHandedOn]))

      \((branchRows + globalRows + commandRows).joined(separator: "\n"))
      """
  }

  private func fishQuoted(_ text: String) -> String {
    "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
  }

  private func fishTaking(_ commands: [Command]) -> String {
    commands.flatMap { command in
      command.options.filter { $0.value != nil }.flatMap { spellings($0) }
        .map { fishQuoted("\(command.name)/\($0)") }
    }.joined(separator: " ")
  }

  private func fishTaking(_ options: [Option]) -> String {
    options.filter { $0.value != nil }.flatMap { spellings($0) }.joined(separator: " ")
  }

  private var branchRows: [String] {
    ["complete -c \(table.program) -f"]
      + branches.map { branch in
        let words = fishQuoted(branch.name)
        return row("_\(function)_at \(words)", "-a \"(_\(function)_next \(words))\"")
      }
  }

  private var globalRows: [String] {
    globals(beside: nil).map { option in
      "complete -c \(table.program) \(fishOption(option, file: nil))"
    }
  }

  private var commandRows: [String] {
    table.commands.flatMap { command in
      let words = fishQuoted(command.name)
      let file = filePlace(of: command)
      let options = command.options.map { option in
        row("_\(function)_in \(words)", fishOption(option, file: file))
      }
      let operands = command.operands.enumerated().compactMap { place, operand -> String? in
        guard let what = fishArguments(wanted(operand), file: file) else { return nil }
        let last = operand.isRepeated ? 100_000 : place
        return row("_\(function)_operand \(words) \(place) \(last)", what)
      }
      return options + operands
    }
  }

  private func row(_ condition: String, _ rest: String) -> String {
    "complete -c \(table.program) -n \"\(condition)\" \(rest)"
  }

  private func fishOption(_ option: Option, file: Int?) -> String {
    var text = "-l \(option.name.drop { $0 == "-" })"
    if let short = option.short { text += " -s \(short.dropFirst())" }
    switch wanted(option) {
    case .nothing: break
    case .value(.files): text += " -r -F"
    case let wanted: text += " -x " + (fishArguments(wanted, file: file) ?? "")
    }
    return text.split(separator: " ").joined(separator: " ") + " -d \(fishQuoted(option.help))"
  }

  private func fishArguments(_ wanted: Wanted, file: Int?) -> String? {
    switch wanted {
    case .nothing, .value(.anything): nil
    case .oneOf(let words): "-a '\(words.joined(separator: " "))'"
    case .value(.files): "-F"
    case .value(.folders): "-a '(__fish_complete_directories (commandline -ct))'"
    case .value(.commands): "-a '(_\(function)_next \"$_\(function)_operands\")'"
    case .value(.live(let name)):
      "-a '(_\(function)_live \(name)" + (file.map { " \($0 + 1)" } ?? "") + ")'"
    }
  }

  private var fishHandedOn: String {
    handedOn.map { option in
      """
              case \(spellings(option).joined(separator: " "))
                  set name \(option.name)
      """
    }.joined(separator: "\n")
  }

  private var fishMachinery: String {
    #"""

    # Keeps what the program must be told when it is asked for values.
    function @function_note --argument-names option value
        set -l name
        switch "$option"
    @handed
        end
        test -n "$name"; or return 0
        set -l place (contains -i -- $name $@function_handed)
        and set -e @function_handed[$place..(math $place + 1)]
        set -a @function_handed $name (string replace -r '^~/' "$HOME/" -- $value)
        return 0
    end

    # Whether a word may follow some words of a command.
    function @function_follows --argument-names words word
        contains -- $word (@function_next "$words" | string replace -r '\t.*' '')
    end

    # Reads the line up to the cursor: the command's words, its operands, what is handed on.
    function @function_read
        set -g @function_words ''
        set -g @function_operands
        set -g @function_handed
        set -l tokens (commandline -opc)
        set -l option
        set -l only
        for token in $tokens[2..-1]
            if test -n "$option"
                @function_note $option $token
                set option
            else if test -z "$only"; and test "$token" = --
                set only 1
            else if test -z "$only"; and string match -qr '^-.' -- $token
                set -l parts (string split -m 1 = -- $token)
                if not @function_takes "$@function_words" $parts[1]
                    continue
                else if set -q parts[2]
                    @function_note $parts
                else
                    set option $parts[1]
                end
            else if not set -q @function_operands[1]
                and @function_follows "$@function_words" $token
                set @function_words (string trim -- "$@function_words $token")
            else
                set -a @function_operands $token
            end
        end
    end

    # Whether the words of a command may go on here.
    function @function_at --argument-names words
        @function_read
        test "$@function_words" = "$words"; and not set -q @function_operands[1]
    end

    # Whether the line calls this command.
    function @function_in --argument-names words
        @function_read
        test "$@function_words" = "$words"
    end

    # Whether an operand of the command stands here, from one place to another.
    function @function_operand --argument-names words first last
        @function_read
        set -l place (count $@function_operands)
        test "$@function_words" = "$words" -a $place -ge $first -a $place -le $last
    end

    # Asks the program for values; the place is that of an operand that is a file.
    function @function_live --argument-names name place
        @function_read
        if test -n "$place"; and test -e "$@function_operands[$place]"
            @function_note @operand $@function_operands[$place]
        end
        set -l program (commandline -opc)[1]
        set program (string replace -r '^~/' "$HOME/" -- $program)
        type -q $program; or set program @program
        $program @words $name $@function_handed 2>/dev/null </dev/null
    end
    """#
  }
}
