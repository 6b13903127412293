import CoterieConsole
import CoterieWire

extension FormatsPage {
  /// What the page says about stores.
  enum StorePart {
    static func write(to page: inout ManualPage) {
      page.section("STORES")
      page.paragraph(
        """
        A store is a folder, by habit named NAME.coterie, that only its owner may enter. It holds
        the events of any number of groups.
        """
      )
      page.terms(
        [
          ("Pa log.mdb", "The LMDB file of events, with the tables below."),
          (
            "Pa log.mdb.before-upgrade",
            "What log.mdb was when an older program wrote it, until the store is compacted."
          ),
          ("Pa log.mdb-lock", "The lock file of LMDB."),
          ("Pa writer", "The file whose lock keeps a second writer out."),
          (
            "Pa identity",
            """
            The owner's private keys, sealed under the store's key, which never lies in this
            folder.
            """
          ),
          (
            "Pa slots",
            """
            Records of 64 bytes: the sealed secret of each content. Erasing a content fills its
            record with zeros before anything else is deleted.
            """
          ),
        ],
        width: "log.mdb-lock"
      )
      page.paragraph(
        """
        In the keys of log.mdb a group is its number in the store, 4 bytes; an arrival counts from
        1 in 8 bytes; a depth has 4. Numbers have their highest byte first, so that keys sort as
        numbers do. Nothing that may have to be erased stands there in clear.
        """
      )
      page.table([["table", "key", "value"]] + tables)
      page.paragraph(
        """
        The log is events; ids, order, chains, admissions and heads are indexes. They may lack up
        to \(Limits.unindexedEventsMax - 1) of the newest events: rows of many events are written
        together. While a bundle is imported, and until something is written after an import that
        was killed, they may lack a quarter of all. The mark `indexed`, with the group behind it,
        holds the last arrival that they have.
        """
      )
      page.paragraph(
        """
        The keyring lies outside all stores. It has one line for each store that is the user's own:
        the store's id, the device and inode of its log.mdb, its path, and what unlocks its keys.
        LMDB opens only stores that stand there. Every other store is read by a reader that checks
        all bounds, maps nothing, locks nothing and writes nothing.
        """
      )
      page.paragraph(
        """
        An event whose parents are missing waits in the store, at most
        \(Limits.waitingEventsMax) events for each group, and is judged when they have come.
        Checkpoints give the state at once; an audit never believes them.
        """
      )
    }

    private static let tables: [[String]] = [
      ["meta", "text", "format, store id"],
      ["groups", "group id", "group"],
      ["events", "group, arrival", "event"],
      ["ids", "group, event id", "arrival"],
      ["order", "group, depth, event id", "arrival"],
      ["chains", "group, author, sequence, arrival", "event id"],
      ["admissions", "group, arrival", "facts of admission"],
      ["heads", "group, event id", "nothing"],
      ["waiting", "group, event id", "event"],
      ["checkpoints", "group, arrival", "state"],
      ["contents", "group, event id", "slot, sealed content"],
      ["timers", "time, group, event id", "nothing"],
      ["erasures", "group, event id", "slot, whether done"],
      ["marks", "any", "local things"],
    ]
  }
}
