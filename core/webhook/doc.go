// Package webhook calls other people's addresses over HTTP, signed, and reaches nobody inside. Hooks call by it what an admin has subscribed,
// and providers of records their systems.
//
// guard.go makes HTTP clients that connect to addresses of the public internet alone. Which address that is, is asked of the socket that is about
// to connect, so that neither another answer of the DNS nor a redirect leads elsewhere. Whoever runs the machine can name hosts that may be inside.
//
// post.go makes one call as Standard Webhooks want it (https://www.standardwebhooks.com): with an id that is the same at every attempt, a time, and
// a signature by each of the secrets, two while one replaces the other. It tries once, and says what came back; when to try again, and what an
// answer means, is for its callers. Send makes calls of other shapes, with the same limits.
//
// The package keeps nothing and logs nothing. Its errors never repeat an address: it may have a key in it.
package webhook
