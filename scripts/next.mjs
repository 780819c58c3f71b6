// What `npm start` says at its end, beside what is piped on.
console.error(`
What next:
  open build/digits.html                                             the report: curves, mistakes, what the layers see
  npm run play                                                       the playground, in the browser
  node build/cli.js predict build/digits.safetensors digits#7        one digit
  node build/cli.js train your.csv --label COLUMN --report out.html  your own table
  README.md, docs/                                                   the guides`);
