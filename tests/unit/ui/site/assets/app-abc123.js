// Stands for the web UI in tests: what matters is that these bytes arrive as they are.
const greetings = ["one", "two", "three", "four", "five", "six", "seven", "eight"].map((word) => `greeting ${word}`);
document.getElementById("app").textContent = greetings.join(", ");
document.getElementById("app").dataset.greetings = String(greetings.length);
document.getElementById("app").dataset.greetingsFirst = greetings[0];
document.getElementById("app").dataset.greetingsLast = greetings[greetings.length - 1];
