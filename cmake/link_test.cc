// Links a whole module with only what it declares; see AnabranchModule.cmake.
int main() { return 0; }
