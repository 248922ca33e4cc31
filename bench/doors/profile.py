#!/usr/bin/env python3
"""`perf script` of the host while it takes instances: where a stored instance's processor time goes, as rows of a table.

A sample belongs to the innermost frame of ours or of a library that says what is being done; what that calls of the runtime, of the C library and of the kernel is its own.
"""
import collections
import re
import sys

# In this order where several fit one frame.
KINDS = [
    ("compiling", r"libclrjit|Tiered Com"),
    ("hashes: MD5, SHA-256, XXH128", r"Md5|MD5|[Ss][Hh][Aa]256|XxHash|HMAC|Hmac|libcrypto"),
    ("writing and flushing files", r"Pirogov\.Platform\.Store|RandomAccess::Write|RandomAccess::Flush"),
    ("database", r"[Ss]qlite|EntityFramework|Npgsql|KeepFiles|NewRows|PlainCommands|EventOutbox"),
    ("de-identification", r"Pirogov\.Deidentification|Pirogov\.ClinicalText"),
    ("DICOM: reading and writing data sets", r"Pirogov\.Dicom\.Dicom|Pirogov\.Imaging"),
    ("reading what is sent: HTTP or DIMSE", r"MultipartBody|Kestrel|Net\.Sockets|Pipelines|ArrivingFile|Pirogov\.Dicom\.Network"),
    ("signing in, addressing, answering", r"AspNetCore|Platform\.Access|Pirogov\.Dicom\.Json|StoreAnswer"),
    ("handing on from thread to thread", r"System\.Threading\.(Sema|LowLevel|Portable|WorkSteal|ThreadPool|Monitor|Manual|Lock)|BlockingCollection|libSystem\.Native.*(Cond|Lock)"),
]

# Of samples whose callers perf does not see, and of the runtime's own threads.
INNER = [
    ("reading what is sent: HTTP or DIMSE", r"tcp_|skb_|sock_|loopback|recvmsg|inet_|__ip_"),
    ("writing and flushing files", r"ext4|iomap|blk_|vfs_write|filemap|fsync|block_write"),
    ("handing on from thread to thread", r"futex|schedule|wake_up|pthread_cond"),
    ("the runtime: allocating, collecting, its threads", r"libcoreclr|libclrgc|\.NET "),
]


def compiled(kinds):
    return [(name, re.compile(pattern)) for name, pattern in kinds]


COMPILED, COMPILED_INNER = compiled(KINDS), compiled(INNER)


def kind_of(stack):
    for kinds in COMPILED, COMPILED_INNER:
        for frame in stack:
            for name, pattern in kinds:
                if pattern.search(frame):
                    return name
    return "other"


def samples(lines):
    """Frames from the innermost to the outermost, and the thread's name behind them."""
    thread, stack = "", []
    for line in lines:
        if line.startswith("\t"):
            stack.append(line.strip())
        elif line.strip():
            thread, stack = line, []
        elif stack:
            yield [*stack, thread]
            stack = []
    if stack:
        yield [*stack, thread]


def main():
    instances, seconds = int(sys.argv[1]), float(sys.argv[2])
    counts = collections.Counter(kind_of(stack) for stack in samples(sys.stdin))
    total = sum(counts.values())
    for name, count in counts.most_common():
        share = count / total
        print(f"| {name} | {share * 100:.0f} % | {share * seconds / instances * 1000:.2f} |")


if __name__ == "__main__":
    main()
