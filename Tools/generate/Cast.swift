import CoterieSealing
import CoterieWire
import Glibc

/// People whose keys derive from their names: public knowledge, for demos and benchmarks only.
enum Cast {
  /// The seed of a name's key.
  static func seed(_ name: String) -> Digest {
    Hashing.digest(of: Array("coterie.fixture/\(name)".utf8), domain: .plain)
  }

  /// The key pair of a name.
  static func key(_ name: String) -> SigningKey {
    SigningKey(seed: seed(name))
  }

  /// The X25519 public key of a name.
  static func seal(_ name: String) -> Digest {
    SealKey.publicKey(of: seed("seal:\(name)"))
  }

  /// A commitment to a text, under a secret that derives from both.
  static func commitment(_ text: String, _ place: Int) -> Commitment {
    Commitment(to: Array(text.utf8), secret: seed("secret:\(place):\(text)"))
  }

  /// The keyring of the environment, as `coterie` finds it.
  static func keyringPath() -> String {
    func value(_ name: String) -> String? {
      guard let raw = unsafe getenv(name) else { return nil }
      let text = unsafe String(cString: raw)
      return text.isEmpty ? nil : text
    }
    if let path = value("COTERIE_KEYRING") { return path }
    let data = value("XDG_DATA_HOME") ?? "\(value("HOME") ?? ".")/.local/share"
    return "\(data)/coterie/keyring"
  }
}
