# Sourced by ./run demo: its steps, in order. Functions of ./run that it uses: start, status, govbus, say.

demo_steps() {
	start
	status
}
