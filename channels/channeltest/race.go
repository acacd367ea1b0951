//go:build race

package channeltest

// share is how many of the cases that a fault must not turn red are tried: one of so many, others for each fault. Under the race
// detector a case takes five times as long.
const share = 16
