import Dispatch
import FuzzKit
import Glibc

/// The target of this run: `COTERIE_FUZZ_TARGET` names it.
private let target: FuzzTarget = {
  let name = unsafe getenv("COTERIE_FUZZ_TARGET").map { unsafe String(cString: $0) } ?? ""
  guard let target = FuzzTarget(rawValue: name) else {
    let known = FuzzTarget.allCases.map(\.rawValue).joined(separator: " ")
    print("COTERIE_FUZZ_TARGET must be one of: \(known)")
    exit(2)
  }
  return target
}()

/// Called once by libFuzzer; with `COTERIE_FUZZ_SEEDS` writes seeds into that folder and ends.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(
  _ count: UnsafeMutableRawPointer?,
  _ arguments: UnsafeMutableRawPointer?
) -> Int32 {
  let isReady = DispatchSemaphore(value: 0)
  Task {
    do {
      try await FuzzTarget.prepare()
      if let folder = unsafe getenv("COTERIE_FUZZ_SEEDS") {
        try writeSeeds(into: unsafe String(cString: folder))
        exit(0)
      }
    } catch {
      print("the fuzzer could not be set up: \(error)")
      exit(2)
    }
    isReady.signal()
  }
  isReady.wait()
  return 0
}

private func writeSeeds(into folder: String) throws {
  for (place, seed) in try target.seeds().enumerated() {
    let file = unsafe fopen("\(folder)/seed-\(place)", "w")
    guard let file = unsafe file else { continue }
    _ = unsafe seed.withUnsafeBytes { unsafe fwrite($0.baseAddress, 1, $0.count, file) }
    unsafe fclose(file)
  }
}

/// Called by libFuzzer with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ data: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = unsafe Array(UnsafeBufferPointer(start: data, count: count))
  let start = processorSeconds()
  target.run(bytes)
  precondition(processorSeconds() - start < 1, "an input takes less than a second")
  return 0
}

/// Seconds of the processor: other work on the machine is no fault of the reader's.
private func processorSeconds() -> Double {
  var time = timespec()
  unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
