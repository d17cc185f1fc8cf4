//go:build amd64 || arm64 || ppc64le || riscv64 || s390x || loong64

package store

// initialMapBytes is address space alone: growth past the mapping would make
// every new reader wait for the oldest one (research/reliability.md §1.1, B1).
const initialMapBytes = 64 << 30
