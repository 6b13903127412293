/// Every ceiling of the project, in one place, enforced before memory is taken.
public enum Limits {
  /// Bytes of one signed event.
  ///
  /// Source: specification §2.1.
  public static let envelopeBytesMax = 64 * 1024
  /// Levels of arrays and maps inside one payload, the payload's own map being the first.
  public static let nestingMax = 8
  /// Parents of one event.
  public static let parentsMax = 64
  /// Bytes of a name: of a group, a preference, an emoji, a kind.
  public static let nameBytesMax = 128
  /// Bytes of one content: a message, a display name, a report.
  public static let contentBytesMax = 1024 * 1024
  /// Events that wait for missing ones, for each group of a store.
  public static let waitingEventsMax = 10_000
  /// Bytes of the events that wait, for each group of a store.
  public static let waitingBytesMax = 64 * 1024 * 1024
  /// As soon as so many events stand in a store's log and not in its indexes, their rows are
  /// written.
  public static let unindexedEventsMax = 256
  /// The same while a log is filled and a quarter of it is more than this.
  public static let fillingEventsMax = 1 << 20
  /// Seconds of the longest lifetime of a message: one year of 366 days.
  public static let lifetimeSecondsMax: UInt64 = 366 * 24 * 3600
  /// Malformed events of one log that are reported one by one; with more it is no log.
  ///
  /// A bundle can hold one in four bytes, and each that is reported takes some hundred.
  public static let malformedEventsMax = 10_000
  /// Groups that one bundle may speak of.
  public static let bundleGroupsMax = 1024
}
