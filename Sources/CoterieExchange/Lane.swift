internal import CoterieBundles
internal import CoterieGroups
internal import CoterieSealing
internal import CoterieVault
internal import CoterieWire

/// What is said within one group of a session, sealed for the one member at the other end: each
/// direction under a key agreed between a sender key made for this session and the seal key that
/// the receiver has published.
final class Lane {
  /// The tag under which both ends know the lane.
  let tag: Digest
  /// The group; nil at an end that is invited and has not been told.
  var group: Digest?
  /// The log; nil until the first event of a group that is new here.
  var log: GroupLog?
  /// The key with which this end proves itself, and the key at the other end.
  let key: StoredKey?
  var peer: Digest?
  var peerLink: Digest?
  private var sending: CipherStream?
  private var receivingKey: SecretBytes?
  private var receiving: CipherStream?

  // What has been said.
  var hasProven = false
  var endsHeard = 0
  var isEndsComplete = false
  /// Chains of the other end that are not here, and how many of each author.
  private(set) var lacked: [ChainEnd] = []
  private var lackedOfAuthor: [Digest: Int] = [:]
  /// Events here that the other end has, and those up to which it asks for more.
  var reached: Set<Int> = []
  var asked: Set<Int> = []
  var entries: [BundleEntry] = []
  var entriesBytes = 0
  var hasHeardNeeds = false
  var hasHeardEntries = false
  /// Whether something was wanted and the answer has not ended.
  var isWanting = false
  var hasSaidDone = false
  var hasHeardDone = false
  var hasAdopted = false
  var orphans = 0

  // What is still to be said.
  var messages: [[UInt8]] = []
  /// What is still to be asked for; nil before all ends were heard, and after all was asked.
  var asking: ArraySlice<ChainEnd>?
  var events: [Int]?
  var nextEvent = 0
  var wants: [Digest] = []
  var chunkWants: [(event: Digest, place: Int)] = []
  var isAnsweringWants = false
  /// The events whose contents were wanted so far, and those whose chunks were: each once.
  var wanted: Set<Digest> = []
  var wantedChunks: Set<Digest> = []

  init(tag: Digest, group: Digest?, log: GroupLog?, key: StoredKey?) {
    self.tag = tag
    self.group = group
    self.log = log
    self.key = key
  }

  /// Whether one of the two ends has nothing to say to the other here.
  private(set) var isClosed = false

  func close() {
    isClosed = true
    hasSaidDone = true
    hasHeardDone = true
    isAnsweringWants = false
    asking = nil
    events = nil
    messages = []
  }

  /// Notes a chain of the other end: what is here as reached, what is not as lacked.
  ///
  /// Of more than the limits allow the rest is left to the next exchange, so that nobody's chains
  /// keep another's from coming.
  func note(_ end: ChainEnd, _ limits: ExchangeLimits) {
    if let event = log?.number(of: end.id) {
      reached.insert(event)
      return
    }
    let ofAuthor = lackedOfAuthor[end.author, default: 0]
    guard lacked.count < limits.lackedMax, ofAuthor < limits.lackedOfAuthorMax else { return }
    lackedOfAuthor[end.author] = ofAuthor + 1
    lacked.append(end)
  }

  /// Whether this end has left, and the other does not know: then this one takes in nothing.
  var hasLeft: Bool {
    guard let log, let key, let leaving = log.leaving(of: key.publicKey),
      let event = log.number(of: leaving)
    else { return false }
    return !reached.contains(event)
  }

  var isDone: Bool { hasSaidDone && hasHeardDone && !isAnsweringWants && messages.isEmpty }

  /// Starts to send; answers the bytes with which the other end receives.
  func startSending(_ secret: borrowing SecretBytes, context: [UInt8]) -> [UInt8] {
    let stream = CipherStream(sendingWith: secret.derived(.session, context))
    let header = stream.header
    sending = consume stream
    return header
  }

  func expect(_ secret: borrowing SecretBytes, context: [UInt8]) {
    receivingKey = secret.derived(.session, context)
  }

  func seal(_ message: [UInt8]) -> [UInt8] { sending?.seal(message) ?? [] }

  /// Opens what came in this lane; the first are the bytes that start the stream.
  ///
  /// - Returns: nil if it does not open; empty for the start.
  func open(_ sealed: [UInt8]) -> [UInt8]? {
    if let key = receivingKey.take() {
      guard sealed.count == CipherStream.headerBytes else { return nil }
      receiving = CipherStream(receivingWith: key, header: sealed)
      return []
    }
    return receiving?.open(sealed)
  }
}

/// What is said, by its first byte.
enum Word: UInt8 {
  // In the channel.
  case offers = 1
  case matches = 2
  case proof = 3
  case lane = 4
  case end = 5
  // In a lane.
  case ends = 16
  case lastEnds = 17
  case needs = 18
  case lastNeeds = 19
  case entries = 20
  case lastEntries = 21
  case wants = 22
  case chunk = 23
  /// What was wanted was sent, as far as it is here.
  case answered = 24
  /// This end wants nothing more.
  case done = 25
}
