// Package web serves Parley to browsers and programs: the REST API under /api/v1, the workspace's event stream
// (STREAM.md), the workspace's pages and the widget's script.
//
// It decides nothing about sessions. What changes something becomes a deed that the hub does; what is read comes from the
// store with the reader's scope. It keeps no state but the sockets that are open and the sign-ins that were refused lately.
//
// Start with route.go, the table of all routes with the right that each needs; login.go says who asks, decode.go what is
// accepted of a body, error.go what is answered when something goes wrong. Handlers and the objects on the wire stand in
// one file per noun (session.go, message.go, agent.go, …). The stream is stream.go (the upgrade and the work for all
// sockets) and follower.go (one socket). What the wire shows is described by OpenAPI (openapi.go), from which
// TypeScript's types are made.
package web
