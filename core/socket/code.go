package socket

// Code says to the peer why a connection ends.
type Code uint16

// The close codes, all that Parley sends. Those below 4000 are of RFC 6455.
const (
	CloseNormal    Code = 1000 // the peer closed
	CloseGoingAway Code = 1001 // the server stops: come back
	CloseProtocol  Code = 1002 // what came is not WebSocket
	CloseTooLarge  Code = 1009 // a frame over MaxFrame
	CloseInternal  Code = 1011 // our fault: come back

	CloseBadFrame    Code = 4400 // a frame that cannot be read, binary, or none in time
	CloseSignedOut   Code = 4401 // the login ended
	CloseRoleChanged Code = 4403 // the agent's rights are others now
	CloseNoVersion   Code = 4406 // no version of the protocol in common
	CloseIdle        Code = 4408 // nothing heard for too long
	CloseSlow        Code = 4409 // more than MaxWaiting waited to be sent: resume
	CloseGone        Code = 4410 // what the connection was for is gone or changed
	CloseTooMany     Code = 4429 // more frames than the limit
)

// closeLost is never sent: RFC 6455 keeps it for connections that ended without a code.
const closeLost Code = 1006

// parserReasons are the words for codes that the parser chose. It has words of its own, which are nobody's business.
var parserReasons = map[Code]string{
	CloseProtocol: "not a WebSocket frame",
	CloseTooLarge: "frame over 98304 bytes",
}
