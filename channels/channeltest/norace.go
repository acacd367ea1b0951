//go:build !race

package channeltest

// share is how many of the cases that a fault must not turn red are tried: all.
const share = 1
