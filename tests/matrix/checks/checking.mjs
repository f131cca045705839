// Stands before each check of a Node SDK: `run` runs all of them, and prints what became of each as JSON.
const run = async (checks) => {
  const found = {};
  for (const [name, check] of Object.entries(checks)) {
    try {
      found[name] = (await check()) === false ? "differs" : "ok";
    } catch (error) {
      found[name] = `${error.name}: ${error.message}`;
    }
  }
  console.log(JSON.stringify(found));
  process.exit(0);
};
const refused = async (call) => {
  try {
    await call();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was refused");
};
