extension CompletionScript {
  /// The script for bash 4.4 and later; it needs no other package.
  var bash: String {
    let program = table.program
    return """
      # Completion of \(program) for bash, printed by: \(program) completion bash

      # The words that may follow some words of a command.
      _\(function)_next() {
        case "$1" in
      \(bashRows(branches.map { ($0.name, "next=" + quoted(bashWords($0))) }, other: "next=''"))
        esac
      }

      # The options of a command.
      _\(function)_options() {
        case "$1" in
      \(bashRows(table.commands.map { ($0.name, bashOptions($0.options)) }, other: "options=''"))
        esac
        options+=\(quoted(" " + spelled(globals(beside: nil))))
      }

      # What an option of a command takes.
      _\(function)_value() {
        case "$1/$2" in
      \(bashValues)
          *) wants='nothing' ;;
        esac
      }

      # What a command's operand is; they are counted from 0.
      _\(function)_operand() {
        case "$1/$2" in
      \(bashOperands)
          *) wants='anything' ;;
        esac
      }

      \(filled(bashMachinery, ["@handed": bashHandedOn]))
      """
  }

  private func bashRows(_ rows: [(String, String)], other: String) -> String {
    (rows.map { "    \(quoted($0.0))) \($0.1) ;;" } + ["    *) \(other) ;;"])
      .joined(separator: "\n")
  }

  private func bashWords(_ branch: Branch) -> String {
    branch.next.map(\.word).joined(separator: " ")
  }

  private func bashOptions(_ options: [Option]) -> String {
    "options=" + quoted(spelled(options))
  }

  private func spelled(_ options: [Option]) -> String {
    options.flatMap { spellings($0) }.joined(separator: " ")
  }

  private func bashText(_ wanted: Wanted) -> String {
    switch wanted {
    case .nothing: "nothing"
    case .oneOf(let words): "words \(words.joined(separator: " "))"
    case .value(.files): "files"
    case .value(.folders): "folders"
    case .value(.commands): "commands"
    case .value(.live(let name)): "live \(name)"
    case .value(.anything): "anything"
    }
  }

  private func bashWants(_ head: String, _ wanted: Wanted) -> String {
    "    \(head)) wants=\(quoted(bashText(wanted))) ;;"
  }

  private var bashValues: String {
    var rows: [String] = []
    for command in table.commands {
      for option in command.options {
        let heads = spellings(option).map { quoted("\(command.name)/\($0)") }
        rows.append(bashWants(heads.joined(separator: " | "), wanted(option)))
      }
    }
    for option in table.globals where option.value != nil {
      let heads = spellings(option).map { "*" + quoted("/\($0)") }
      rows.append(bashWants(heads.joined(separator: " | "), wanted(option)))
    }
    return rows.joined(separator: "\n")
  }

  private var bashOperands: String {
    var rows: [String] = []
    for command in table.commands {
      for (place, operand) in command.operands.enumerated() {
        let head =
          operand.isRepeated ? quoted("\(command.name)/") + "*" : quoted("\(command.name)/\(place)")
        rows.append(bashWants(head, wanted(operand)))
      }
    }
    return rows.joined(separator: "\n")
  }

  private var bashHandedOn: String {
    handedOn.map { option in
      "    \(spellings(option).joined(separator: " | "))) handed[\(option.name)]=$value ;;"
    }.joined(separator: "\n")
  }

  /// What the script does with its tables; the words with an @ are replaced.
  private var bashMachinery: String {
    #"""
    # Keeps what the program must be told when it is asked for values.
    @function_note() {
      local value=${2//[\\\"\']/}
      value=${value/#\~\//$HOME/}
      case "$1" in
    @handed
      esac
    }

    @function_offer() {
      local word
      for word in "$@"; do
        [[ $word == "$cur"* ]] && COMPREPLY+=("$before$word")
      done
    }

    # Offers files (-f) or folders (-d).
    @function_files() {
      local found
      mapfile -t found < <(compgen "$1" -- "$cur")
      if ((${#found[@]})); then
        COMPREPLY+=("${found[@]/#/$before}")
        compopt -o filenames 2>/dev/null
      else
        compopt -o default 2>/dev/null
      fi
    }

    # Asks the program for values.
    @function_live() {
      local program=${COMP_WORDS[0]/#\~\//$HOME/} option given=() found
      type -P "$program" >/dev/null || program=@program
      for option in "${!handed[@]}"; do
        given+=("$option" "${handed[$option]}")
      done
      mapfile -t found < <("$program" @words "$1" "${given[@]}" 2>/dev/null </dev/null)
      @function_offer "${found[@]}"
    }

    @function_answer() {
      local next
      case "$wants" in
        'words '*) @function_offer ${wants#words } ;;
        'live '*) @function_live "${wants#live }" ;;
        files) @function_files -f ;;
        folders) @function_files -d ;;
        commands)
          @function_next "${operands[*]}"
          @function_offer $next
          ;;
      esac
    }

    @main() {
      local cur=${COMP_WORDS[COMP_CWORD]} before='' command='' option='' only='' file=''
      local IFS=$' \t\n' operands=() wants next options word i
      local -A handed=()
      COMPREPLY=()
      for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ -n $option && $word == = ]]; then
          continue # bash breaks --name=value into three words
        elif [[ -n $option ]]; then
          @function_note "$option" "$word"
          option=''
        elif [[ -z $only && $word == -- ]]; then
          only=1
        elif [[ -z $only && $word == -?* ]]; then
          @function_value "$command" "${word%%=*}"
          if [[ $wants == nothing ]]; then
            continue
          elif [[ $word == *=* ]]; then
            @function_note "${word%%=*}" "${word#*=}"
          else
            option=$word
          fi
        else
          @function_next "$command"
          if ((${#operands[@]} == 0)) && [[ " $next " == *" $word "* ]]; then
            command=${command:+$command }$word
          else
            @function_operand "$command" "${#operands[@]}"
            [[ $wants == files ]] && file=$word
            operands+=("$word")
          fi
        fi
      done
      [[ -z $file ]] || @function_note @operand "$file"
      if [[ -n $option ]]; then
        [[ $cur == = ]] && cur=''
        @function_value "$command" "$option"
        @function_answer
      elif [[ -z $only && $cur == --*=* ]]; then
        before=${cur%%=*}=
        @function_value "$command" "${cur%%=*}"
        cur=${cur#*=}
        @function_answer
      elif [[ -z $only && $cur == -* ]]; then
        @function_options "$command"
        @function_offer $options
      else
        @function_next "$command"
        ((${#operands[@]})) || @function_offer $next
        @function_operand "$command" "${#operands[@]}"
        @function_answer
      fi
    }

    complete -F @main @program
    """#
  }
}
