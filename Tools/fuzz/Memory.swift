import Glibc

// Locked memory with guard pages costs a session more than all it does: a fuzzer takes plain memory
// in its place. These names stand before those of the library.

/// Plain memory in place of locked memory.
@_cdecl("sodium_malloc")
public func take(_ count: Int) -> UnsafeMutableRawPointer? { unsafe malloc(count) }

/// Gives plain memory back.
@_cdecl("sodium_free")
public func give(_ memory: UnsafeMutableRawPointer?) { unsafe free(memory) }

/// Plain memory can always be written to.
@_cdecl("sodium_mprotect_readonly")
public func leaveReadable(_ memory: UnsafeMutableRawPointer?) -> Int32 { 0 }

/// Plain memory can always be written to.
@_cdecl("sodium_mprotect_readwrite")
public func leaveWritable(_ memory: UnsafeMutableRawPointer?) -> Int32 { 0 }
