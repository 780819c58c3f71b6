/** How folders of pictures are understood: by path, and on a page, where a folder is what the paths of files say. */
import { describe, expect, test } from "vitest";
import { byPath, counted, onPage, shown } from "./folderSupport.ts";

const pets = (
  folder: string,
  cats = 1,
  dogs = 1,
  names: readonly [string, string] = ["cat", "dog"],
): string[] => [
  ...Array.from({ length: cats }, (_, i) => `${folder}${names[0]}/${i}.png`),
  ...Array.from({ length: dogs }, (_, i) => `${folder}${names[1]}/${i}.png`),
];
const some = (folder: string, n = 2): string[] => Array.from({ length: n }, (_, i) => `${folder}${i}.png`);

describe.each([
  ["by path", byPath],
  ["on a page", onPage],
] as const)("%s", (_, open) => {
  describe("parts have many names", () => {
    test.each([
      ["train", "test"],
      ["training_set", "test_set"],
      ["TRAIN", "Testing"],
      ["Training Data", "Holdout"],
      ["chest_xray_train", "chest_xray_test"],
      ["trainset", "testset"],
      ["train2017", "eval2017"],
      ["TrainImages", "TestImages"],
      ["01-train", "02-hold-out"],
    ])("%s and %s", async (train, tests) => {
      expect(shown(await open([...pets(`${train}/`, 3, 2), ...pets(`${tests}/`, 1, 2)]))).toMatchObject({
        train: { cat: 3, dog: 2 },
        test: { cat: 1, dog: 2 },
        notes: `${train} to train on, ${tests} to test with`,
      });
    });

    test.each(["val", "valid", "Validation", "dev", "dev_set", "VALID_IMAGES"])(
      "%s is to validate on, whether there is a test part or not",
      async (name) => {
        const files = [...pets("train/", 3, 2), ...pets(`${name}/`, 1, 2)];
        const want = { train: { cat: 3, dog: 2 }, validation: { cat: 1, dog: 2 } };
        const two = await open(files);
        expect(shown(two)).toEqual({ ...want, notes: `train to train on, ${name} to validate on` });
        expect(shown(await open([...files, ...pets("test/", 4, 4)]))).toEqual({
          ...want,
          test: { cat: 4, dog: 4 },
          notes: `train to train on, ${name} to validate on, test to test with`,
        });
      },
    );

    test("nested once more, in folders around all, next to folders without pictures", async () => {
      const files = [
        ...pets("data/images/seg_train/seg_train/", 2, 2),
        ...pets("data/images/seg_test/seg_test/", 1, 1),
        ...some("data/images/seg_pred/seg_pred/", 3),
        ["data/annotations/list.txt", "cat"],
      ] as const;
      const opened = await open(files);
      expect(shown(opened)).toMatchObject({ train: { cat: 2, dog: 2 }, test: { cat: 1, dog: 1 } });
      expect(shown(opened).notes).toContain("read from ");
      expect(opened.unused!.map((path) => path.split(/[\\/]/).at(-1))).toEqual(["seg_pred"]);
    });

    test("class folders that each hold the parts", async () => {
      const files = ["train", "test"].flatMap((part) =>
        ["cat", "dog"].map((name) => `${name}/${part}/0.png`),
      );
      expect(shown(await open([...files, "cat/train/1.png"]))).toMatchObject({
        train: { cat: 2, dog: 1 },
        test: { cat: 1, dog: 1 },
      });
      await expect(open([...files, "cow/1.png"])).rejects.toThrow(
        /some class folders have parts \(test, train\), others do not/,
      );
    });

    test("a part next to the class folders, with the same classes in it", async () => {
      const opened = await open([...pets("", 3, 3), ...pets("test/", 1, 1)]);
      expect(shown(opened)).toMatchObject({ train: { cat: 3, dog: 3 }, test: { cat: 1, dog: 1 } });
    });

    test("two of one kind: the one that is called just so, or none", async () => {
      const both = [...pets("train/"), ...pets("train_masks/"), ...pets("test/")];
      const opened = await open(both);
      expect(shown(opened).train).toEqual({ cat: 1, dog: 1 });
      expect(opened.unused!.map((path) => path.split(/[\\/]/).at(-1))).toEqual(["train_masks"]);
      await expect(open([...pets("train/"), ...pets("test/"), ...pets("eval/")])).rejects.toThrow(
        /eval, test may each be the part to test with; expected one/,
      );
    });
  });

  describe("classes may be called like parts", () => {
    test.each([
      [
        ["train/0.png", "boat/0.png", "bus/0.png"],
        ["boat", "bus", "train"],
      ],
      [
        ["valid/0.png", "invalid/0.png"],
        ["invalid", "valid"],
      ],
      [
        ["test_tube/0.png", "beaker/0.png"],
        ["beaker", "test_tube"],
      ],
      [
        ["bullet_train/0.png", "steam_train/0.png"],
        ["bullet_train", "steam_train"],
      ],
    ])("%j", async (files, names) => {
      expect((await open(files)).train.target).toMatchObject({ names });
    });

    test("where both are plausible, it stops, and says what to give for each", async () => {
      const unclear = [...pets(""), ...some("test/")];
      await expect(open(unclear)).rejects.toThrow(
        /test may be a class, or pictures to test with. Name the classes, with or without it: classes: \[cat, dog\]/,
      );
      expect(shown(await open(unclear, { classes: ["cat", "dog"] })).train).toEqual({ cat: 1, dog: 1 });
      expect(shown(await open(unclear, { classes: ["cat", "dog", "test"] })).train).toEqual({
        cat: 1,
        dog: 1,
        test: 2,
      });
      await expect(open([...pets("train/"), "bus/0.png"])).rejects.toThrow(
        /train may be the part to train on, with classes in it, or a class like bus/,
      );
    });
  });

  describe("pictures without classes", () => {
    test.each(["test", "test/unknown", "test/test", "test1"])("%s is left out, and said", async (folder) => {
      const { test: none, train, notes } = await open([...pets("train/"), ...some(`${folder}/`, 3)]);
      expect([counted(train), none]).toEqual([{ cat: 1, dog: 1 }, undefined]);
      expect(notes!.join()).toMatch(/3 pictures without classes, left out/);
    });

    test("a training part without classes is refused, with what tells them", async () => {
      await expect(open([...some("train/"), ...some("test/")])).rejects.toThrow(
        /train: the pictures in it are in no class folder; .*labels.*labelPattern/,
      );
      await expect(open(some(""))).rejects.toThrow(/expected a sub-folder for each class.*labels/);
    });

    test("a class of another name is refused, not left out", async () => {
      await expect(open([...pets("train/"), "test/cow/0.png"])).rejects.toThrow(
        /test.cow: there is no class "cow"; the classes are cat, dog/,
      );
    });
  });

  describe("classes", () => {
    test("in one part only: missing in the test part is said", async () => {
      expect(shown(await open([...pets("train/"), "test/dog/0.png"]))).toMatchObject({
        test: { dog: 1 },
        notes: expect.stringContaining("test has no folder for cat"),
      });
    });

    test("are the same in all parts by name, capital letters aside", async () => {
      expect(shown(await open([...pets("train/"), ...pets("test/", 1, 2, ["Cat", "DOG"])]))).toMatchObject({
        train: { cat: 1, dog: 1 },
        test: { cat: 1, dog: 2 },
        notes: expect.stringMatching(/test.Cat is read as class cat; test.DOG is read as class dog/),
      });
    });

    test("that differ in capital letters alone are two, and that is said", async () => {
      expect(shown(await open(["Cat/0.png", "cat/0.png"]))).toMatchObject({
        train: { Cat: 1, cat: 1 },
        notes: expect.stringContaining("classes Cat and cat differ in capital letters alone"),
      });
    });

    test("are one where only the way letters are stored differs", async () => {
      const files = [...pets("train/", 1, 1, ["café", "thé"]), ...pets("test/", 1, 1, ["café", "thé"])];
      expect(shown(await open(files))).toMatchObject({
        train: { café: 1, thé: 1 },
        test: { café: 1, thé: 1 },
      });
    });

    test("with numbers are in the order of these", async () => {
      const names = async (...folders: string[]) => {
        const { target } = (await open(folders.map((name) => `${name}/0.png`))).train;
        return target.kind === "class" ? target.names : [];
      };
      expect(await names("10", "9", "0", "007")).toEqual(["0", "007", "9", "10"]);
      expect(await names("class 10", "class 9", "class 1")).toEqual(["class 1", "class 9", "class 10"]);
      expect(await names("c10", "d9", "c1")).toEqual(["c1", "c10", "d9"]);
    });

    test("hold what is in their sub-folders, and that is said", async () => {
      expect(shown(await open(["cat/tabby/0.png", "cat/siamese/0.png", "dog/0.png"]))).toEqual({
        train: { cat: 2, dog: 1 },
        notes: "cat has sub-folders: their pictures are of the class whose folder they are in",
      });
    });

    test("one alone is refused", async () => {
      await expect(open(some("cat/"))).rejects.toThrow(/at least two class folders, found only cat/);
      await expect(open(some("train/cat/"))).rejects.toThrow(/at least two class folders, found only cat/);
    });
  });

  test("what systems leave behind is not there", async () => {
    const left = [
      ...["cat/@eaDir/0.png/SYNOPHOTO_THUMB_M.jpg", "__MACOSX/cat/._0.png", "cat/._0.png", "cat/.DS_Store"],
      ...["cat/Thumbs.db", "cat/ehthumbs.db", "dog/desktop.ini", "$RECYCLE.BIN/S-1-5/0.png", "dog/Icon\r"],
      ...["System Volume Information/0.png", ".ipynb_checkpoints/0-checkpoint.png", "lost+found/0.png"],
      ...["dog/.ipynb_checkpoints/0.png", "#recycle/0.png", "@Recycle/0.png", "#snapshot/cat/0.png"],
      ...[".git/0.png", "RECYCLER/0.png", "dog/~$0.png", "__pycache__/0.png"],
    ];
    expect(shown(await open([...pets(""), ...left]))).toEqual({ train: { cat: 1, dog: 1 }, notes: "" });
  });

  test("folders that are called like files are passed over, and said", async () => {
    expect(
      shown(await open([...pets("", 2, 1), "cat/0.png.zip/a.png", "dog/1.JPG/thumb.png", "a.png/0.png"])),
    ).toEqual({
      train: { cat: 2, dog: 1 },
      notes: expect.stringMatching(/^passed over, being folders called like files: .*a\.png/),
    });
  });
});
