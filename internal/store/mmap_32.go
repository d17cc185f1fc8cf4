//go:build !(amd64 || arm64 || ppc64le || riscv64 || s390x || loong64)

package store

// initialMapBytes fits the smaller address space.
const initialMapBytes = 1 << 30
