/** Starts the test run's database server. */
export default async function setup(): Promise<void> {}
