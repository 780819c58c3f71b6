/** "What is this?" in Digits. */

export const enHelpDigits = {
  table: {
    says: "The rows as they are written, and what the network makes of one. Choose the column that is to be predicted; a box leaves a column out.",
    term: "features and target; classification for a class, regression for a number",
  },
  network: {
    says: "The linear network has a template for each digit, the dense one has hidden layers, and the CNN looks for small patterns everywhere in the picture. From left to right they are slower and make fewer mistakes.",
    term: "softmax regression, multilayer perceptron, convolutional neural network",
  },
  digitTraining: {
    says: "The network is shown digits with their names, and its weights change a little after every batch. Each epoch goes through all of them once.",
    term: "supervised learning",
    formula: "w ← w − η · ∂L/∂w",
  },
  digitSamples: {
    says: "So many digits are drawn for the training, each a little different. More of them take longer, and the network makes fewer mistakes on new ones.",
    term: "size of the training set",
  },
  epochs: {
    says: "In one epoch every training picture is shown once. After more epochs the network knows its pictures better, and at some point only those.",
    term: "epoch",
  },
  augment: {
    says: "Each picture is moved, turned or scaled a little at random every time it is shown. The network learns that this does not change what it is.",
    term: "data augmentation",
  },
  draw: {
    says: "What you draw is centred and scaled as the training pictures are, and the network says for each digit how likely it is. The bars add up to 100 %.",
    term: "softmax output",
    formula: "a_{j} = e^{z_{j}} / Σ_{k} e^{z_{k}}",
  },
  digitCurves: {
    says: "Loss and accuracy over the epochs, of the digits that are trained on and of those that are not. The second are what counts.",
    term: "learning curve",
  },
  mistakes: {
    says: "Test pictures that the network reads wrongly, those first where it is most sure. The table counts what is mistaken for what.",
    term: "misclassified examples; confusion matrix",
  },
  digitData: {
    says: "The pictures that the network learns from, and a place for your own. They stay in this page.",
    term: "training set",
  },
  weights: {
    says: "Each picture shows the weights of one filter or unit of the first layer. Ink on blue speaks for it, ink on orange against it.",
    term: "kernels (filters), weight templates",
  },
  maps: {
    says: "What each layer makes of your drawing. A bright place of a map says that its pattern was found there.",
    term: "feature maps (activations)",
    formula: "a = max(0, Σ patch · kernel + b)",
  },
  file: {
    says: "The network as a file that Nabla opens in a program, in a terminal and on this page. The command below trains it to the same bits.",
    term: "checkpoint",
  },
  // the builder
  builder: {
    says: "A network is a chain of layers: each works on what the one before has made. Those that look at pictures, convolution and pooling, come before dense ones.",
    term: "network architecture",
    formula: "x → layer 1 → layer 2 → … → softmax",
  },
  denseUnits: {
    says: "Each unit of this layer sees all outputs of the layer before. More units can tell more apart, and have more weights to be learned.",
    term: "width of a dense (fully connected) layer",
    formula: "weights = (inputs + 1) · units",
  },
  filters: {
    says: "Each filter looks for one small pattern of 3 × 3 places everywhere in the picture, and makes a map of where it found it. The weights of a filter are the same everywhere.",
    term: "number of filters (output channels) of a convolution",
    formula: "weights = (3 · 3 · maps before + 1) · filters",
  },

  // what one can do with a drawing
  saliency: {
    says: "It asks how the score of the answer would change with a little more ink at each pixel. Blue pixels speak for the answer and orange ones against it; the strongest matter most.",
    term: "saliency map, gradient of a class score with respect to the input",
    formula: "∂z_{answer} / ∂x_{pixel}",
  },
  teach: {
    says: "Say what you have drawn, and it becomes one of the training examples. It is repeated often enough to be noticed among thousands of others, and stays in this page.",
    term: "labelled example; oversampling",
  },

  // one number worked out
  inspect: {
    says: "It takes one number of a map apart: the patch it looks at, times the kernel, plus the bias, through the activation. Point at a place of a map, or choose it with the fields.",
    term: "forward pass of a single unit",
    formula: "a = g(Σ patch · kernel + b)",
  },
  spot: {
    says: "The number with this place is worked out below. Rows and columns are counted from the upper left corner of the map.",
    term: "index of an activation",
  },
  channel: {
    says: "A filter has a kernel of its own for each map of the layer before. Its answer is the sum over all of them, and here you see one of its parts.",
    term: "input channel",
    formula: "z = Σ_{maps} Σ patch · kernel + b",
  },

  // tables
  target: {
    says: "The network learns to say this column from all the others. It sees it in training only, never where it predicts.",
    term: "target (label, dependent variable)",
    formula: "y = f(all other columns)",
  },
  task: {
    says: "A class is one of a few names, and the network says how likely each is. A number can lie between those that were seen, and the network says one number.",
    term: "classification and regression",
    formula: "class: softmax and cross-entropy; number: linear and squared error",
  },
  missing: {
    says: "A network computes with numbers, so an empty cell has to become one, or its row has to go. What is filled in is the mean of a column of numbers, or its most frequent word.",
    term: "imputation of missing values",
  },
  header: {
    says: "The first row has either the names of the columns or values like all other rows. Taken wrongly, one row is lost, or the names become a value.",
    term: "header row",
  },
  decimal: {
    says: "Some countries write 1.5, others 1,5. Read with the wrong sign, a column of numbers becomes one of words.",
    term: "decimal separator",
  },
  columns: {
    says: "Each column but the one to predict is an input of the network. Leave out what cannot be known beforehand, and numbers that only count the rows.",
    term: "feature selection",
  },
  rowForm: {
    says: "Type a row, and the trained network predicts its last column, the one you chose. An empty field is taken as usual in the table.",
    term: "inference (prediction) for one example",
    formula: "ŷ = f(row)",
  },
  scatter: {
    says: "Each dot is a row the network was not trained on, further right the larger its true number, further up the larger what the network says. On the line both are the same.",
    term: "predicted against actual plot; mean absolute error",
    formula: "error = 1/n Σ |ŷ − y|",
  },
} as const;
